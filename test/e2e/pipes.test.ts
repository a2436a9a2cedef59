import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs, run } from '../setup/tools.js'
import { endAll, plain, startTracker, stop, Treecast, treecast } from './processes.js'

describe('ffmpeg on both ends', function () {
  this.timeout(60_000)
  let folder: string

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-pipes-'))
  })

  after(async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it('a live encoder is broadcast from stdin, and a listener feeds a decoder by stdout', async () => {
    const { tracker, url } = await startTracker()
    const tone = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=8']
    const opus = ['-c:a', 'libopus', '-b:a', '64k', '-page_duration', '20000', '-f', 'ogg', '-']
    const encoder = new Treecast('ffmpeg', ['-v', 'error', ...tone, ...opus], { raw: true })
    const origin = treecast('broadcast', '-', '--tracker', url)
    encoder.child.stdout.pipe(origin.child.stdin)
    const { link } = await origin.event('live')

    const wav = join(folder, 'heard.wav')
    const listener = plain('listen', link as string, '--out', '-')
    const decoder = new Treecast('ffmpeg', ['-v', 'error', '-i', '-', '-ar', '48000', wav], { raw: true })
    listener.child.stdout.pipe(decoder.child.stdin)
    await once(listener.child.stdout, 'data')

    expect(await origin.exit, origin.stderr).to.equal(0)
    expect(await listener.exit, listener.stderr).to.equal(0)
    expect(await decoder.exit, decoder.stderr).to.equal(0)
    expect(decoder.stderr).to.equal('')
    await stop(tracker)

    expect(origin.last('ended')).to.include({ frames: 401 })
    // What was heard is the tone: narrow filters around it keep its level, and an octave away find nothing.
    const heard = loudness(wav, 440)
    expect(heard - loudness(wav, 880)).to.be.above(20)
    expect(seconds(wav)).to.be.above(4)
  })
})

/** The mean level of a band, in dB. */
function loudness(wav: string, frequency: number): number {
  const filter = `bandpass=frequency=${frequency}:width_type=h:width=40,volumedetect`
  const text = run('ffmpeg', '-hide_banner', '-i', wav, '-af', filter, '-f', 'null', '-')
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(text)?.[1])
}

function seconds(wav: string): number {
  return Number(run('ffprobe', '-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', wav))
}
