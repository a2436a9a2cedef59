import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpusWriter } from '../../../src/audio/ogg/opus-writer.js'
import type { SourceItem } from '../../../src/audio/source.js'
import { needs, run } from '../../setup/tools.js'
import { concat, cut, framesOf, read, stream, streamsOf } from '../made.js'

/** Writes the items again, with every frame for which `lost` says so replaced by a gap. */
function rewrite(items: readonly SourceItem[], lost: (index: number) => boolean = () => false): Uint8Array {
  const writer = new OpusWriter({ serial: 77 })
  const parts: Uint8Array[] = []
  for (const [index, item] of items.entries()) {
    const bytes =
      item.type === 'stream'
        ? writer.start(item.format, item.tags)
        : lost(index)
          ? writer.gap(item.frame.samples)
          : writer.write(item.frame)
    if (bytes !== undefined) parts.push(bytes)
  }
  return concat([...parts, writer.end()])
}

describe('Ogg Opus among other tools', function () {
  this.timeout(60_000)
  let folder: string
  const path = (name: string) => join(folder, name)

  before(function () {
    needs(this, 'ffmpeg', 'ffprobe', 'opusenc', 'opusinfo', 'oggz-validate')
    folder = mkdtempSync(join(tmpdir(), 'treecast-'))
    // A tone that moves, so that every frame differs, and noise, so that frames are large.
    const tone = 'sine=f=300:d=4.321:beep_factor=4,aformat=channel_layouts=stereo'
    run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', tone, '-ar', '48000', path('tone.wav'))
    run(
      'ffmpeg',
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'anoisesrc=d=3:seed=1',
      '-ar',
      '48000',
      path('noise.wav')
    )
  })

  after(() => {
    if (folder) rmSync(folder, { recursive: true })
  })

  function encode(name: string): Uint8Array {
    const [encoder, ...options] = ENCODINGS[name]!
    const [input, ...rest] = options
    if (encoder === 'opusenc') run('opusenc', '--quiet', ...rest, path(input!), path(`${name}.opus`))
    else
      run('ffmpeg', '-v', 'error', '-y', '-i', path(input!), '-c:a', 'libopus', ...rest, path(`${name}.opus`))
    return Uint8Array.from(readFileSync(path(`${name}.opus`)))
  }

  function validate(name: string, bytes: Uint8Array): void {
    writeFileSync(path(name), bytes)
    expect(run('opusinfo', path(name))).to.not.match(/warning|error|invalid/i)
    run('oggz-validate', path(name))
    expect(run('ffprobe', '-v', 'warning', path(name))).to.equal('')
    expect(run('ffmpeg', '-v', 'warning', '-i', path(name), '-f', 'null', '-')).to.equal('')
  }

  function decode(name: string): Buffer {
    const args = ['-v', 'error', '-i', path(name), '-f', 's16le', '-ar', '48000', '-']
    return spawnSync('ffmpeg', args, { maxBuffer: 64 * 1024 * 1024 }).stdout
  }

  const ENCODINGS: Readonly<Record<string, readonly string[]>> = {
    opusenc: ['opusenc', 'tone.wav', '--title', 'Tōn'],
    'opusenc-speech': ['opusenc', 'tone.wav', '--speech', '--bitrate', '16', '--framesize', '60'],
    'opusenc-short': ['opusenc', 'tone.wav', '--framesize', '2.5'],
    'opusenc-fat': ['opusenc', 'noise.wav', '--bitrate', '510', '--framesize', '60', '--downmix-mono'],
    'opusenc-live': ['opusenc', 'tone.wav', '--max-delay', '0'],
    ffmpeg: ['ffmpeg', 'tone.wav'],
    'ffmpeg-live': ['ffmpeg', 'tone.wav', '-page_duration', '20000'],
    'ffmpeg-mono': ['ffmpeg', 'noise.wav', '-ac', '1', '-application', 'voip', '-b:a', '24k'],
    'ffmpeg-fat': ['ffmpeg', 'noise.wav', '-b:a', '250k', '-frame_duration', '120']
  }
  for (const name of Object.keys(ENCODINGS)) {
    it(`reads and writes again what ${name} makes, sample for sample`, () => {
      const bytes = encode(name)
      const { items, error } = read(cut(bytes, [1, 30, 5000, 5001]))
      expect(error).to.equal(undefined)
      const count = run(
        ...(['ffprobe', '-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets'] as const),
        ...['-of', 'csv=p=0', path(`${name}.opus`)]
      )
      expect(framesOf(items)).to.have.length(Number(count))
      const { preSkip } = streamsOf(items)[0]!.format
      const samples = framesOf(items).reduce((sum, each) => sum + each.samples - each.endTrim, -preSkip)
      expect(samples).to.equal((name.includes('fat') || name.includes('mono') ? 3 : 4.321) * 48_000)

      const written = rewrite(items)
      validate('again.opus', written)
      expect(read([written]).items).to.deep.equal(items)
      expect(decode('again.opus').equals(decode(`${name}.opus`))).to.equal(true)
    })
  }

  it('fills gaps so that neither time nor any tool is disturbed', () => {
    for (const name of ['opusenc', 'opusenc-speech', 'opusenc-short', 'ffmpeg-mono', 'ffmpeg-fat']) {
      const { items } = read([encode(name)])
      validate(
        'gaps.opus',
        rewrite(items, (index) => index % 30 > 20 && index < items.length - 1)
      )
      expect(decode('gaps.opus')).to.have.length(decode(`${name}.opus`).length)
    }
  })

  it('chains streams as cat does', () => {
    const first = encode('opusenc')
    const second = encode('ffmpeg-mono')
    const { items, error } = read([concat([first, second])])
    expect(error).to.equal(undefined)
    expect(items).to.deep.equal([...read([first]).items, ...read([second]).items])
    validate('chain.opus', rewrite(items))
    expect(run('opusinfo', path('chain.opus')).match(/Logical stream \d ended/g)).to.have.length(2)
  })

  it('writes a stream without frames that every tool accepts', () => {
    writeFileSync(path('none.opus'), stream([]))
    expect(run('opusinfo', path('none.opus'))).to.not.match(/warning|error/i)
    run('oggz-validate', path('none.opus'))
    expect(run('ffprobe', '-v', 'warning', path('none.opus'))).to.equal('')
  })

  it('passes over a picture of more than one page', () => {
    run(
      'ffmpeg',
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'mandelbrot=size=600x600',
      '-frames:v',
      '1',
      path('cover.png')
    )
    run(
      'opusenc',
      '--quiet',
      '--picture',
      path('cover.png'),
      '--artist',
      'A',
      path('tone.wav'),
      path('cover.opus')
    )
    const { items, error } = read([Uint8Array.from(readFileSync(path('cover.opus')))])
    expect(error).to.equal(undefined)
    expect(streamsOf(items)[0]!.tags.map((tag) => tag.name))
      .to.include('ARTIST')
      .and.not.include('METADATA_BLOCK_PICTURE')
    expect(framesOf(items)).to.deep.equal(framesOf(read([encode('opusenc')]).items))
  })

  it('finds the Opus stream beside a Vorbis one', () => {
    const codecs = ['-map', '0', '-map', '0', '-c:a:0', 'libvorbis', '-c:a:1', 'libopus']
    run('ffmpeg', '-v', 'error', '-i', path('tone.wav'), ...codecs, path('both.ogg'))
    const { items, error } = read([Uint8Array.from(readFileSync(path('both.ogg')))])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(framesOf(read([encode('ffmpeg')]).items))
  })

  it('says what else is in Ogg', () => {
    run('ffmpeg', '-v', 'error', '-i', path('tone.wav'), '-c:a', 'libvorbis', path('vorbis.ogg'))
    run('ffmpeg', '-v', 'error', '-i', path('tone.wav'), '-c:a', 'flac', path('flac.ogg'))
    run('ffmpeg', '-v', 'error', '-i', path('tone.wav'), '-ac', '6', '-c:a', 'libopus', path('six.opus'))
    const message = (name: string) => read([Uint8Array.from(readFileSync(path(name)))]).error?.message
    expect(message('vorbis.ogg')).to.include('holds Vorbis;')
    expect(message('flac.ogg')).to.include('holds FLAC;')
    expect(message('six.opus')).to.include('has 6 channels in mapping family 1')
    expect(message('tone.wav')).to.include('it looks like WAV')
  })
})
