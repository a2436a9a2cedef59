import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rollup } from 'rollup'
import type SimplePeer from 'simple-peer'
import { plugins } from '../../bundle/browser.js'
import { type TestPage, useChromium } from './chromium.js'
import { startSite } from './site.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The package's own bundle, and ours. */
const KINDS = ['original', 'slim'] as const
type Kind = (typeof KINDS)[number]

type Peer = SimplePeer.Instance & { readonly _pc: RTCPeerConnection; readonly _channel: RTCDataChannel }

/** Two peers of a page that signal each other. */
interface Pair {
  readonly one: Peer
  readonly two: Peer
  /** What happened, in order: `one connect`, `two error ERR_X`. */
  readonly log: string[]
  /** Resolves when all of these have come. */
  readonly happened: (...events: string[]) => Promise<void>
}

declare global {
  interface Window {
    SimplePeer: SimplePeer.SimplePeer
    SlimPeer: SimplePeer.SimplePeer
    /** @param begun is given each peer before it does anything. */
    pair: (kind: Kind, begun?: (peer: Peer) => void) => Pair
  }
}

/** Runs in the page before a test does. */
function definePair(): void {
  window.pair = (kind, begun) => {
    const Peer = kind === 'slim' ? window.SlimPeer : window.SimplePeer
    const log: string[] = []
    let tell: () => void = () => undefined
    const make = (name: string): Peer => {
      const peer = new Peer({
        initiator: name === 'one',
        config: { iceServers: [] },
        channelConfig: { ordered: false, maxRetransmits: 0 }
      }) as Peer
      const note = (event: string): void => {
        log.push(`${name} ${event}`)
        tell()
      }
      for (const event of ['connect', 'finish', 'close']) peer.on(event, () => note(event))
      peer.on('error', (error: Error & { code?: string }) => note(`error ${error.code ?? error.message}`))
      begun?.(peer)
      return peer
    }
    const one = make('one')
    const two = make('two')
    const join = (from: Peer, to: Peer): void => {
      from.on('signal', (signal) => {
        if (!to.destroyed) to.signal(signal)
      })
    }
    join(one, two)
    join(two, one)
    return {
      one,
      two,
      log,
      happened: (...events) =>
        new Promise((resolve) => {
          tell = () => {
            if (events.every((event) => log.includes(event))) resolve()
          }
          tell()
        })
    }
  }
}

describe('simple-peer in a browser bundle', function () {
  this.timeout(30_000)
  const chromium = useChromium()
  let folder: string
  let bundle: string
  let site: Awaited<ReturnType<typeof startSite>>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-simple-peer-'))
    const input = join(ROOT, 'build/slim-peer.js')
    const entry = {
      name: 'entry',
      resolveId: (id: string) => (id === input ? id : null),
      load: (id: string) => (id === input ? "import Peer from 'simple-peer'; window.SlimPeer = Peer" : null)
    }
    const built = await rollup({ input, plugins: [entry, ...plugins] })
    const { output } = await built.write({ file: join(folder, 'slim.js'), format: 'iife' })
    await built.close()
    bundle = output[0].code
    site = await startSite({
      folders: { '/slim/': folder, '/original/': join(ROOT, 'node_modules/simple-peer/') }
    })
  })

  after(async () => {
    await site.close()
    await rm(folder, { recursive: true })
  })

  async function open(): Promise<TestPage> {
    const page = await chromium.open(site.url('blank.html'))
    for (const url of ['/slim/slim.js', '/original/simplepeer.min.js']) await page.addScriptTag({ url })
    await page.evaluate(definePair)
    return page
  }

  it('is a fifth of the original', () => {
    expect(gzipSync(bundle, { level: 9 }).length).to.be.below(6_000)
  })

  for (const kind of KINDS) {
    it(`carries messages both ways, in bytes (${kind})`, async () => {
      const page = await open()
      const heard = await page.evaluate(async (kind) => {
        const { one, two, happened } = window.pair(kind)
        const heard: unknown[][] = [[], []]
        const arrived = [one, two].map(
          (peer, index) =>
            new Promise<void>((resolve) => {
              peer.on('data', (data: Uint8Array) => {
                heard[index]!.push([data instanceof Uint8Array, data.byteLength, data[0], data.at(-1)])
                if (heard[index]!.length === 2) resolve()
              })
            })
        )
        await happened('one connect', 'two connect')
        one.send(new Uint8Array(1_150).fill(1))
        one.send(new Uint8Array([11]))
        two.send(new Uint8Array(1_150).fill(2))
        two.send(new Uint8Array([22]))
        await Promise.all(arrived)
        return heard
      }, kind)
      expect(heard[0]).to.have.deep.members([
        [true, 1_150, 2, 2],
        [true, 1, 22, 22]
      ])
      expect(heard[1]).to.have.deep.members([
        [true, 1_150, 1, 1],
        [true, 1, 11, 11]
      ])
      expect(page.problems).to.deep.equal([])
    })

    it(`has room for a second channel beside its own (${kind})`, async () => {
      const page = await open()
      const heard = await page.evaluate(async (kind) => {
        const channels: RTCDataChannel[] = []
        window.pair(kind, ({ _pc }) => {
          const options = { ordered: false, maxRetransmits: 0, negotiated: true, id: 100 }
          channels.push(_pc.createDataChannel('second', options))
        })
        const opened = channels.map(
          (channel) => new Promise((resolve) => channel.addEventListener('open', resolve))
        )
        const heard = channels.map(
          (channel) =>
            new Promise<number[]>((resolve) => {
              channel.binaryType = 'arraybuffer'
              channel.onmessage = ({ data }) => resolve([...new Uint8Array(data as ArrayBuffer)])
            })
        )
        await Promise.all(opened)
        channels[0]!.send(new Uint8Array([1, 2]))
        channels[1]!.send(new Uint8Array([3]))
        return Promise.all(heard)
      }, kind)
      expect(heard).to.deep.equal([[3], [1, 2]])
    })

    it(`keeps what comes before anybody listens (${kind})`, async () => {
      const page = await open()
      const heard = await page.evaluate(async (kind) => {
        const { one, two, happened } = window.pair(kind)
        await happened('one connect', 'two connect')
        let arrived = 0
        const all = new Promise<void>((resolve) => {
          two._channel.addEventListener('message', () => {
            if (++arrived === 3) resolve()
          })
        })
        for (const each of [1, 2, 3]) one.send(new Uint8Array([each]))
        await all
        return new Promise<number[]>((resolve) => {
          const heard: number[] = []
          two.on('data', (data: Uint8Array) => {
            heard.push(data[0]!)
            if (heard.length === 3) resolve(heard)
          })
        })
      }, kind)
      expect(heard).to.have.members([1, 2, 3])
    })
  }

  /** What each kind tells must be the same, event by event. */
  const scenarios: Readonly<Record<string, (kind: Kind) => Promise<unknown>>> = {
    'it is destroyed': async (kind) => {
      const { one, happened, log } = window.pair(kind)
      await happened('one connect', 'two connect')
      one.destroy()
      await happened('one close')
      return [one.destroyed, ...log.filter((event) => event.startsWith('one'))]
    },
    // Chromium makes an error of it now and then, so only the end is compared.
    'the far end is destroyed': async (kind) => {
      const { one, two, happened, log } = window.pair(kind)
      await happened('one connect', 'two connect')
      one.destroy()
      await happened('two close')
      return [two.destroyed, log.at(-1)]
    },
    'it is destroyed twice, with errors': async (kind) => {
      const { one, happened, log } = window.pair(kind)
      one.destroy(new Error('first'))
      one.destroy(new Error('second'))
      await happened('one close')
      return log
    },
    'its writing side ends': async (kind) => {
      const { one, happened, log } = window.pair(kind)
      one.end()
      await happened('one close')
      return log.filter((event) => event.startsWith('one'))
    },
    'it is signalled nonsense': async (kind) => {
      const { one, happened, log } = window.pair(kind)
      one.signal({} as SimplePeer.SignalData)
      await happened('one close')
      return log
    },
    'it is signalled a description that is none': async (kind) => {
      const { one, happened, log } = window.pair(kind)
      one.signal({ type: 'answer', sdp: 'v=0' })
      await happened('one close')
      return log
    },
    'it is used after its end': async (kind) => {
      const { one, happened } = window.pair(kind)
      one.destroy()
      await happened('one close')
      return [() => one.signal('{}'), () => one.send('text')].map((use) => {
        try {
          use()
          return undefined
        } catch (error) {
          return (error as { code?: unknown }).code
        }
      })
    },
    'handlers go, or are for once': async (kind) => {
      const { one, happened } = window.pair(kind)
      const log: string[] = []
      const kept = (): number => log.push('kept')
      const gone = (): number => log.push('gone')
      one.on('close', gone).on('close', kept).once('close', gone).off('close', gone).off('close', gone)
      one.once('any', (...values: unknown[]) => log.push(`once ${values.join(' ')}`))
      one.emit('any', 1, 2)
      one.emit('any', 3)
      one.destroy()
      await happened('one close')
      return [...log, one.listeners('any').length, one.emit('any')]
    },
    'nobody hears an error': async (kind) => {
      const { one } = window.pair(kind)
      const uncaught = new Promise((resolve) => {
        window.addEventListener('error', ({ message }) => resolve(message), { once: true })
      })
      one.removeAllListeners('error')
      one.destroy(new Error('unheard'))
      return uncaught
    }
  }

  for (const [name, scenario] of Object.entries(scenarios)) {
    it(`tells the same as the original when ${name}`, async () => {
      const page = await open()
      const original = await page.evaluate(scenario, 'original' as Kind)
      expect(original).not.to.be.empty
      expect(await page.evaluate(scenario, 'slim' as Kind)).to.deep.equal(original)
    })
  }
})
