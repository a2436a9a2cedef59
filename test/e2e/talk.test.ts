/** examples/talk: what a real browser's microphone picks up is heard in another page, and by `treecast listen`. */

import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TreecastPlayer } from '../../src/player.js'
import { decode, likeness } from '../audio/likeness.js'
import { type Chromium, startChromium } from '../browser/chromium.js'
import { needs, run } from '../setup/tools.js'
import { expectHeard, recordPlayer } from './player-recording.js'
import { endAll, SHOW, stop, Treecast, treecast } from './processes.js'

const TALK = fileURLToPath(new URL('../../examples/talk/main.js', import.meta.url))

/** The example as people run it, on ports that are free. */
async function startTalk(): Promise<{ server: Treecast; talkHere: string; listenHere: string }> {
  const server = new Treecast(process.execPath, [TALK, '--port', '0', '--tracker-port', '0'], { raw: true })
  const lines = createInterface({ input: server.child.stdout })[Symbol.asyncIterator]()
  const address = async (what: RegExp): Promise<string> => {
    const { value } = (await lines.next()) as { value?: string }
    const found = what.exec(value ?? '')?.[1]
    if (found === undefined)
      throw new Error(`"${value ?? 'nothing'}" is not ${String(what)}: ${server.stderr}`)
    return found
  }
  const talkHere = await address(/^talk here: +(http:\/\/127\.0\.0\.1:\d+\/)$/)
  return { server, talkHere, listenHere: await address(/^listen here: (http:\S+listen\.html) /) }
}

describe('the talk from the microphone', function () {
  this.timeout(120_000)
  let folder: string
  let wav: string
  let chromium: Chromium

  before(async function () {
    needs(this, 'chromium', 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-talk-'))
    wav = join(folder, 'show.wav')
    run('ffmpeg', '-v', 'error', '-i', SHOW, '-t', '20', '-ar', '48000', '-ac', '1', wav)
    chromium = await startChromium({ microphone: wav })
  })

  afterEach(async () => {
    await (chromium as Chromium | undefined)?.closePages()
    await endAll()
  })

  after(async () => {
    await (chromium as Chromium | undefined)?.close()
    if ((folder as string | undefined) !== undefined) await rm(folder, { recursive: true, force: true })
  })

  it('is heard in another page, and in treecast listen, until its speaker ends it', async () => {
    const { server, talkHere, listenHere } = await startTalk()
    const speaker = await chromium.open(talkHere)
    await speaker.getByLabel('What is it about?').fill('Why trees carry sound')
    // As the microphone gives it: what tidies up voices changes them.
    await speaker.getByLabel('Tidy up my voice').uncheck()
    await speaker.getByRole('button', { name: 'Go on air' }).click()
    const address = speaker.getByLabel('Send this to your listeners')
    await address.waitFor()
    const link = (await address.inputValue()).replace(`${listenHere}#`, '')
    expect(link).to.match(/^treecast:[a-z2-7]+\/talk\?tr=ws:/)

    const listener = await chromium.open(await address.inputValue())
    await listener.getByRole('button', { name: 'Play' }).click()
    const file = join(folder, 'heard.opus')
    const terminal = treecast('listen', link, '--out', file)
    await listener.waitForFunction(() => {
      const player = document.querySelector<TreecastPlayer>('treecast-player')
      return player?.delayMs !== undefined
    })
    await terminal.event('playing')
    const recording = join(folder, 'heard.webm')
    await recordPlayer(listener, 6, recording)
    await speaker.getByText('2 listeners').waitFor()
    expect(await listener.getByText('Why trees carry sound').count()).to.be.above(0)

    await speaker.getByRole('button', { name: 'End the talk' }).click()
    await speaker.getByText(/The talk is over\. It took 0:\d\d\./).waitFor()
    expect(await terminal.exit, terminal.stderr).to.equal(0)
    expect(terminal.last('ended')).to.include({ complete: true })
    const title = terminal.events.find(({ event }) => event === 'metadata')?.fields
    expect(title).to.deep.equal({ title: 'Why trees carry sound' })
    await listener.waitForFunction(() => document.querySelector<TreecastPlayer>('treecast-player')!.ended)

    const original = await decode(wav)
    expectHeard(likeness(await decode(recording), original), 5)
    expectHeard(likeness(await decode(file), original), 5)
    expect(speaker.problems).to.deep.equal([])
    expect(listener.problems).to.deep.equal([])
    expect(await stop(server), server.stderr).to.equal(0)
  })

  it('keeps its link when the page is loaded again, and shows listeners only what is a link', async () => {
    const { talkHere, listenHere } = await startTalk()
    const speaker = await chromium.open(talkHere)
    const begin = async (): Promise<string> => {
      await speaker.getByRole('button', { name: 'Go on air' }).click()
      const address = speaker.getByLabel('Send this to your listeners')
      await address.waitFor()
      return address.inputValue()
    }
    const first = await begin()
    await speaker.reload()
    expect(await begin()).to.equal(first)

    const listener = await chromium.open(listenHere)
    const field = listener.getByLabel('Which talk?')
    await field.fill('http://example.org/')
    await listener.getByRole('button', { name: 'Listen' }).click()
    await listener.getByRole('alert').getByText('treecast:').waitFor()
    await field.fill(first)
    await listener.getByRole('button', { name: 'Listen' }).click()
    await listener.getByRole('button', { name: 'Play' }).waitFor()
    expect(listener.url()).to.equal(first)
  })

  it('says what to do where there is no microphone', async () => {
    const { talkHere } = await startTalk()
    const deaf = await startChromium()
    try {
      const speaker = await deaf.open(talkHere)
      await speaker.getByRole('button', { name: 'Go on air' }).click()
      await speaker
        .getByRole('alert')
        .getByText('There is no microphone. Plug one in, and try again.')
        .waitFor()
      expect(await speaker.getByRole('button', { name: 'Go on air' }).isEnabled()).to.equal(true)
    } finally {
      await deaf.close()
    }
  })

  it('takes no port that is none, and says when one is taken', async () => {
    const wrong = new Treecast(process.execPath, [TALK, '--port', '99999'], { raw: true })
    expect(await wrong.exit).to.equal(2)
    expect(wrong.stderr).to.equal('--port 99999 is no port: 0 to 65535 (--help tells what can be said)\n')
    const { talkHere } = await startTalk()
    const { port } = new URL(talkHere)
    const second = new Treecast(process.execPath, [TALK, '--port', port, '--tracker-port', '0'], {
      raw: true
    })
    expect(await second.exit).to.equal(1)
    expect(second.stderr).to.equal(
      `port ${port} cannot be had: choose another with --port, or 0 for any free one\n`
    )
  })
})
