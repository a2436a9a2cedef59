/** What runs in the page of published recordings: waveform, and proof by the visitor's own browser. */

import { keyFromText, placeText, type Verification, verifyRecording } from './recording.js'

const PROOF_SUFFIX = '.proof'

for (const article of document.querySelectorAll('article')) show(article)
const drop = document.querySelector<HTMLElement>('.drop')
if (drop !== null) takeDrops(drop)

function show(article: HTMLElement): void {
  const { file = '', publisher = '', waveform = '' } = article.dataset
  const canvas = article.querySelector('canvas')!
  const audio = article.querySelector('audio')!
  const button = article.querySelector('button')!
  const peaks = waveform.split(' ').map(Number)
  const redraw = (): void => draw(canvas, peaks, audio.duration > 0 ? audio.currentTime / audio.duration : 0)
  for (const event of ['timeupdate', 'seeked', 'loadedmetadata']) audio.addEventListener(event, redraw)
  canvas.addEventListener('click', ({ offsetX }) => {
    if (audio.duration > 0) audio.currentTime = (offsetX / canvas.clientWidth) * audio.duration
  })
  redraw()
  button.addEventListener('click', () => {
    button.disabled = true
    const key = keyFromText(publisher)
    void tell(article.querySelector('output')!, async (onProgress) => {
      const [opus, proof] = await Promise.all([fetched(file), fetched(file + PROOF_SUFFIX)])
      return verifyRecording(opus, proof, { onProgress, ...(key === undefined ? {} : { publisher: key }) })
    }).finally(() => (button.disabled = false))
  })
}

function takeDrops(place: HTMLElement): void {
  const output = place.querySelector('output')!
  const input = place.querySelector('input')!
  const take = (files: readonly File[]): void => {
    const proof = files.find(({ name }) => name.endsWith(PROOF_SUFFIX))
    const audio = files.find((file) => file !== proof)
    if (proof === undefined || audio === undefined) {
      output.textContent = `Both files are needed, the recording and its proof, which ends with ${PROOF_SUFFIX}.`
      return
    }
    void tell(output, (onProgress) => verifyRecording(audio, proof, { onProgress }))
  }
  input.addEventListener('change', () => take([...(input.files ?? [])]))
  place.addEventListener('dragover', (event) => {
    event.preventDefault()
    place.classList.add('over')
  })
  place.addEventListener('dragleave', () => place.classList.remove('over'))
  place.addEventListener('drop', (event) => {
    event.preventDefault()
    place.classList.remove('over')
    take([...(event.dataTransfer?.files ?? [])])
  })
}

async function tell(
  output: HTMLOutputElement,
  work: (onProgress: (done: number) => void) => Promise<Verification>
): Promise<void> {
  delete output.dataset.verdict
  output.textContent = 'Verifying…'
  try {
    const found = await work((done) => (output.textContent = `Verifying: ${Math.floor(done * 100)} %`))
    output.dataset.verdict = found.verified ? 'verified' : 'tampered'
    output.textContent = found.verified ? praise(found) : complaint(found)
  } catch (error) {
    output.textContent = (error as Error).message
  }
}

function praise({ name, publisher, seconds, gaps, torn }: Verification): string {
  const lines = [
    `Verified: every frame is as its publisher signed it.`,
    `${name}, ${placeText(seconds)}, signed by ${publisher}`
  ]
  for (const gap of gaps) lines.push(`Missing at ${placeText(gap.at)}: ${gap.seconds.toFixed(2)} s`)
  if (torn > 0) lines.push(`The last ${torn.toFixed(2)} s are not covered: recording broke off.`)
  return lines.join('\n')
}

function complaint({ faults }: Verification): string {
  const said = faults.slice(0, 10).map(({ at, text }) => `At ${placeText(at)}: ${text}`)
  return ['This is not what was signed.', ...said].join('\n')
}

async function fetched(file: string): Promise<Blob> {
  const response = await fetch(file)
  if (!response.ok) throw new Error(`${decodeURIComponent(file)} cannot be fetched: ${response.status}`)
  return response.blob()
}

function draw(canvas: HTMLCanvasElement, peaks: readonly number[], played: number): void {
  const { width, height } = canvas
  const context = canvas.getContext('2d')!
  context.clearRect(0, 0, width, height)
  context.fillStyle = getComputedStyle(canvas).color
  const step = width / peaks.length
  for (const [i, peak] of peaks.entries()) {
    context.globalAlpha = i / peaks.length < played ? 1 : 0.4
    const bar = Math.max(2, (peak / 100) * height)
    context.fillRect(i * step, (height - bar) / 2, Math.max(1, step - 1), bar)
  }
}
