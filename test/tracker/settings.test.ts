import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addTracker } from '../../src/cli/tracker.js'
import { TreecastError } from '../../src/protocol/errors.js'
import { readSettings, settingNames, settingsSchema, variableOf } from '../../src/tracker/settings.js'

const read = (file?: string | object, environment = {}, typed = {}) =>
  readSettings({
    typed,
    environment,
    file:
      file === undefined
        ? undefined
        : { name: 'my.json', text: typeof file === 'string' ? file : JSON.stringify(file) }
  })

/** What is said of a mistake. */
function complaint(...args: Parameters<typeof read>): string {
  try {
    read(...args)
  } catch (error) {
    expect(error).to.be.instanceOf(TreecastError)
    expect((error as TreecastError).code).to.equal('bad-option')
    return (error as Error).message
  }
  throw new Error('nothing was found wrong')
}

describe('tracker settings', () => {
  it('have defaults', () => {
    expect(read()).to.include({ port: 8470, store: 'memory', drainSeconds: 10, directory: false })
  })

  it('come from what is typed before the environment, from the environment before the file', () => {
    const file = { port: 1, drainSeconds: 1, host: 'a' }
    const environment = { TREECAST_PORT: '2', TREECAST_DRAIN_SECONDS: '2' }
    expect(read(file, environment, { port: 3 })).to.include({ port: 3, drainSeconds: 2, host: 'a' })
  })

  it('can all stand in the environment', () => {
    const environment = {
      TREECAST_HOST: '1234',
      TREECAST_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      TREECAST_DIRECTORY: 'true',
      TREECAST_LOG_ADDRESSES: 'no',
      TREECAST_JOINS_PER_SECOND: '0.5',
      TREECAST_LOG: ''
    }
    expect(read(undefined, environment)).to.deep.include({
      host: '1234',
      trustedProxies: ['10.0.0.0/8', '::1'],
      directory: true,
      logAddresses: false,
      joinsPerSecond: 0.5
    })
    expect(variableOf('tlsCert')).to.equal('TREECAST_TLS_CERT')
  })

  it('say what is wrong, where, and what was expected', () => {
    expect(complaint('{')).to.match(/^my\.json is not JSON/)
    expect(complaint('[]')).to.match(/^my\.json: expected an object/)
    expect(complaint({ port: 'x' })).to.match(/^my\.json: port: .*expected number/)
    expect(complaint({ port: 70000 })).to.match(/^my\.json: port: .*<=65535/)
    expect(complaint({ origins: ['example.org'] })).to.match(/my\.json: origins\[0\]: expected an origin/)
    expect(complaint({ tls_cert: 'a' })).to.match(/my\.json: "tls_cert" is not known; it is "tlsCert" here/)
    expect(complaint({ colour: 'a' })).to.match(/"colour" is not known; there are host, port/)
    expect(complaint({ tlsCert: 'a' })).to.match(/tlsKey is missing/)
    expect(complaint(undefined, { TREECAST_PORT: 'x' })).to.match(/^TREECAST_PORT: .*number/)
    expect(complaint(undefined, { TREECAST_DIRECTORY: 'maybe' })).to.match(/^TREECAST_DIRECTORY: .*boolean/)
    expect(complaint(undefined, {}, { store: 'mysql://x' })).to.match(/^--store: expected "memory", or redis/)
    expect(complaint({ port: -1, store: 1 }), 'all at once').to.match(/port.*store/)
  })

  it('are the options that can be typed', () => {
    const program = new Command()
    addTracker(program)
    const typed = program.commands[0]!.options.map((option) => option.attributeName())
    const others = ['config', 'schema', 'json']
    expect(typed.filter((name) => !others.includes(name)).sort()).to.deep.equal([...settingNames].sort())
  })

  it('have a schema, and an example that follows it', () => {
    const { properties } = settingsSchema() as { properties: Record<string, { description?: string }> }
    for (const name of settingNames) expect(properties[name]?.description, name).to.be.a('string')
    const example = readFileSync(new URL('../../deploy/tracker.json', import.meta.url), 'utf8')
    expect(read(example)).to.include({ log: 'info' })
  })

  it('are all told of in docs/operating.md', () => {
    const paper = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')
    expect(settingNames.filter((name) => !paper.includes(`\`${name}\``))).to.deep.equal([])
  })
})
