import { expect } from 'chai'
import { Linter } from 'eslint'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { reachable } from './modules.js'
import { ROOT } from './packed.js'

const BROWSER = join(ROOT, 'dist/browser/')
const scripts = readdirSync(BROWSER).filter((file) => file.endsWith('.js'))

/** Globals of browsers, all that a bundle may name. Whatever is not here, `process` for one, is a slip until it is. */
const GLOBALS = `
  AbortController AbortSignal BroadcastChannel CustomEvent DOMException ErrorEvent Event EventTarget MessageChannel
  CSSStyleSheet HTMLElement HTMLInputElement customElements document localStorage navigator self window
  Audio AudioContext AudioData AudioDecoder AudioEncoder AudioWorkletNode EncodedAudioChunk EncodedVideoChunk
  ManagedMediaSource MediaMetadata MediaSource MediaStream RTCPeerConnection
  TextDecoder TextEncoder URL URLSearchParams WebAssembly WebSocket WritableStream
  addEventListener removeEventListener atob btoa clearInterval clearTimeout console crypto fetch performance queueMicrotask
  getComputedStyle setInterval setTimeout SuppressedError
`

/** What an audio thread has. */
const WORKLET_GLOBALS = 'AudioWorkletProcessor currentFrame currentTime registerProcessor sampleRate'

const words = (text: string): string[] => text.trim().split(/\s+/)

/** What is wrong with a script by rules that know its scopes, so that a method named `process` is none. */
function problems(file: string): string[] {
  const globals = words(file.endsWith('worklet.js') ? WORKLET_GLOBALS : GLOBALS)
  const config: Linter.Config = {
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: file.includes('global') ? 'script' : 'module',
      globals: Object.fromEntries(globals.map((name) => [name, 'readonly']))
    },
    linterOptions: { noInlineConfig: true },
    rules: {
      'no-undef': ['error', { typeof: true }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error'
    }
  }
  const messages = new Linter().verify(readFileSync(BROWSER + file, 'utf8'), config)
  return [...new Set(messages.map(({ message }) => message))]
}

describe('browser bundles', function () {
  this.timeout(60_000)

  for (const file of scripts) {
    it(`${file} names no global but those of browsers, and evaluates no text`, () => {
      expect(problems(file)).to.deep.equal([])
    })
  }

  it('make no URL of a blob', () => {
    const wrong = scripts.filter((file) =>
      /blob:|createObjectURL\(new Blob/.test(readFileSync(BROWSER + file, 'utf8'))
    )
    expect(wrong).to.deep.equal([])
  })

  it('import nothing but each other', () => {
    const outside: string[] = []
    const all = reachable(BROWSER, scripts, ['now', 'later'], (specifier, by) =>
      outside.push(`${by}: ${specifier}`)
    )
    expect(outside).to.deep.equal([])
    expect([...all].filter((file) => !scripts.includes(file))).to.deep.equal([])
  })

  it('are worklets that import nothing at all', () => {
    for (const file of ['worklet.js', 'capture-worklet.js']) {
      expect([...reachable(BROWSER, [file], ['now', 'later'])]).to.deep.equal([file])
    }
  })

  it('are reached from an entry, every one', () => {
    const entries = [
      'index.js',
      'player.js',
      'libp2p.js',
      'sim.js',
      'recording.js',
      'published.js',
      'treecast.global.js',
      'worklet.js',
      'capture-worklet.js'
    ]
    const reached = reachable(BROWSER, entries, ['now', 'later'])
    // The classic script's parts are named by it, and by each other.
    for (const file of reached) {
      if (!file.includes('global')) continue
      const named = readFileSync(BROWSER + file, 'utf8').matchAll(/"\.\/(global-[\w-]+)"/g)
      for (const [, name] of named) reached.add(`${name!}.js`)
    }
    expect(scripts.filter((file) => !reached.has(file))).to.deep.equal([])
  })
})

describe('what browser entries are made of', () => {
  it('is nothing of Node.js, nor a package for it', () => {
    const build = join(ROOT, 'build/')
    const packages = new Map<string, string>()
    const entries = [
      'index.js',
      'player.js',
      'libp2p-web.js',
      'sim.js',
      'recording.js',
      'published.js',
      'audio/playback/worklet.js',
      'audio/capture/worklet.js'
    ]
    const files = reachable(build, entries, ['now', 'later'], (specifier, by) => packages.set(specifier, by))
    expect(files.size).to.be.above(50)
    const wrong = [...packages].filter(
      ([name]) =>
        name.startsWith('node:') ||
        builtinModules.includes(name) ||
        /^(ws|@libp2p\/tcp|node-datachannel)(\/|$)/.test(name)
    )
    expect(wrong).to.deep.equal([])
  })
})
