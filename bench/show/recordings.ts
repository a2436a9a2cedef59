/** What a proof weighs, and how fast a recording is verified: an hour of noise at 64 kbit/s, as an origin records it. */

import { encrypt } from '../../src/runtime/group-cipher.js'
import { type Recording, makeShow, record } from '../../test/recording/made.js'
import { verifyWith, type Verification } from '../../src/recording/verify.js'
import { hash, verify } from '../../src/runtime/crypto.js'

const HOUR_SECONDS = 3600
const FRAMES_PER_SECOND = 50
const REPEATS = 3

export async function measureRecordings(): Promise<void> {
  const show = makeShow({ frames: HOUR_SECONDS * FRAMES_PER_SECOND, frameBytes: 160 })
  const closed = record([show])
  const torn = record([show], false)
  console.log('\nA recording of one hour at 64 kbit/s\n')
  console.log('| | proof, of the audio file | signatures checked | verified, times realtime on one core |')
  console.log('|---|---|---|---|')
  for (const [what, recording] of [
    ['ended in good order', closed],
    ['broken off by a crash', torn]
  ] as const) {
    console.log(`| ${what} | ${share(recording)} | ${await speed(recording)} |`)
  }
  const unsealed = record([makeShow({ frames: 600 * FRAMES_PER_SECOND, sealPackets: Infinity })])
  console.log(`| ten minutes without seals | ${share(unsealed)} | ${await speed(unsealed)} |`)
}

function share({ audio, proof }: Recording): string {
  return `${((100 * proof.length) / audio.length).toFixed(2)} %`
}

/** By the processor's time, all threads together. */
async function speed({ audio, proof }: Recording): Promise<string> {
  const times: number[] = []
  let found: Verification | undefined
  for (let i = 0; i < REPEATS; i++) {
    const before = process.cpuUsage()
    found = await verifyWith(audio, proof, { hash, verify, encrypt })
    const { user, system } = process.cpuUsage(before)
    if (!found.verified) throw new Error('an honest recording was not verified')
    times.push((found.seconds * 1e6) / (user + system))
  }
  times.sort((a, b) => a - b)
  const [least, median, most] = times.map((each) => Math.round(each).toLocaleString('en'))
  return `${found!.checks} | ${median} (${least}–${most})`
}
