/**
 * The simulator: the real protocol, or a topology of your own, over a virtual network in virtual time. It is the same in Node.js and in a
 * page, and one seed gives the same figures on any machine.
 *
 * @packageDocumentation
 */

export { type ErrorCode, TreecastError } from './protocol/errors.js'
export type { Random } from './protocol/random.js'
export { type CrowdOptions, simulateCrowd } from './sim/crowd/simulate.js'
export { type FilesOptions, resultFiles } from './sim/results/files.js'
export * from './sim/results/result.js'
export * from './sim/scenario/scenario.js'
export { parseScenario, readScenario, scenarioSchema } from './sim/scenario/schema.js'
export { scenarioNames, shippedScenarios } from './sim/scenario/shipped/index.js'
export { type Progress, simulate, type SimulateOptions } from './sim/simulate.js'
export { topologyNames } from './sim/topologies/index.js'
export type { Host, Parent, Participant, Setting, Topology } from './sim/topology.js'
