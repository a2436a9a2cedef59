/** Who comes to a show: its servers first, the crowd in its time, and newcomers in place of those who left. */

import { person, server } from './crowd.js'
import { exponential, stream } from './draws.js'
import { EVENT } from './happening.js'
import type { Member } from './member.js'
import { Tickets, TICKETS_EVERY_MS } from './tickets.js'
import type { World } from './world.js'

/** How long it takes on average until somebody replaces who left, ms. */
const REPLACED_AFTER_MS = 1_000

export class Attendance {
  private readonly world: World
  private readonly arrivals: Float64Array
  private readonly lastMs: number
  private readonly replacing
  private readonly leaving
  private readonly tickets: Tickets
  private persons = 0

  /**
   * @param arrivals of the crowd, moments of the world
   * @param lastMs nobody comes from then on
   */
  constructor(world: World, arrivals: Float64Array, lastMs: number) {
    this.world = world
    this.arrivals = arrivals
    this.lastMs = lastMs
    const { scenario, seed } = world
    this.replacing = stream(seed, 'replacing')
    this.leaving = stream(seed, 'impatience')
    this.tickets = new Tickets(stream(seed, 'tickets'), scenario.crowd.tickets.ageS * 1000)
  }

  begin(): void {
    const { world } = this
    const { scenario, seed } = world
    const { origin, trackers, roots } = scenario
    const bandwidth = origin.uplinkKbps
    world.add('origin', server(scenario, seed, 'origin', bandwidth), origin.maxChildren)
    for (let i = 0; i < trackers; i++)
      world.add('tracker', server(scenario, seed, `tracker${i}`, Infinity), 0)
    for (let i = 0; i < roots; i++)
      world.add('root', server(scenario, seed, `root${i}`, bandwidth), origin.maxChildren)
    for (const member of world.members) member.participant.start?.()
    for (const at of this.arrivals) this.expect(at)
    if (scenario.crowd.tickets.share > 0) {
      for (let at = TICKETS_EVERY_MS; at < this.lastMs; at += TICKETS_EVERY_MS) {
        world.queue.plan(at, EVENT.call, 0, 0, () => this.gatherTickets())
      }
    }
  }

  /** The next of the crowd is there. @param n whose return it is; undefined for who has not been there yet */
  arrive(n = this.persons++): void {
    const { world } = this
    const { scenario, seed, packetBytes } = world
    const who = person(scenario, seed, n)
    const { uploadShare, maxUploadKbps, maxChildren } = scenario.listeners
    const offered = Math.min(who.line.uplinkKbps * uploadShare, maxUploadKbps)
    const copyKbps = (packetBytes * 8) / scenario.show.packetMs
    // A third more than the show itself, for repairs and bursts, as limits.ts counts a copy.
    const copies = who.isLeaf ? 0 : Math.min(maxChildren, offered / (copyKbps * (4 / 3)))
    const ticket = who.hasTicket ? this.tickets.draw(world.now) : undefined
    const member = world.add('listener', who, copies, ticket)
    member.participant.start?.()
    if (who.staysMs !== Infinity && world.now + who.staysMs < world.endMs) {
      world.queue.plan(world.now + who.staysMs, EVENT.leave, member.self, 0, undefined)
    }
    this.loseHeart(member, n)
  }

  /** Plans when somebody who hears nothing goes, and comes back. Before the show nobody expects to hear anything. */
  private loseHeart(member: Member, n: number): void {
    const { world, leaving } = this
    const { impatience } = world.scenario.crowd
    if (impatience === undefined) return
    const from = Math.max(0, -world.showMs)
    world.after(member, from + exponential(leaving, impatience.meanS * 1000), () => {
      if (world.ears.hasBegun(member.self)) return
      member.participant.leave?.()
      world.end(member, false)
      if (leaving.unit() >= impatience.returns) return
      const at = Math.round(world.now + exponential(leaving, impatience.returnsAfterS * 1000))
      if (at < this.lastMs) world.queue.plan(at, EVENT.arrive, n + 1, 0, undefined)
    })
  }

  /** Somebody may take the place of who has left. */
  left(member: Member): void {
    const { world } = this
    if (!member.isListener || !world.scenario.crowd.replaced || member.hasFinished) return
    this.expect(Math.round(world.now + exponential(this.replacing, REPLACED_AFTER_MS)))
  }

  private expect(at: number): void {
    if (at < this.lastMs) this.world.queue.plan(at, EVENT.arrive, 0, 0, undefined)
  }

  private gatherTickets(): void {
    const here = [...this.world.here()].filter(({ isListener, isFrozen }) => isListener && !isFrozen)
    this.tickets.gather(here, this.world.now)
  }
}
