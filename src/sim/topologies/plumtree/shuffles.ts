/** Now and then neighbours exchange some of the peers that they know: the shuffle of HyParView, with its sizes. */

import type { Host } from '../../topology.js'
import type { Dialler } from './dialler.js'
import type { ViewMessage } from './messages.js'
import type { PassiveView } from './passive-view.js'

const SHUFFLE_MS = 10_000
const FROM_ACTIVE = 3
const FROM_PASSIVE = 4

export class Shuffles {
  private readonly host: Host
  private readonly dialler: Dialler
  private readonly active: ReadonlySet<number>
  private readonly passive: PassiveView

  constructor(host: Host, dialler: Dialler, active: ReadonlySet<number>, passive: PassiveView) {
    this.host = host
    this.dialler = dialler
    this.active = active
    this.passive = passive
  }

  start(): void {
    this.host.after(this.host.random.below(SHUFFLE_MS), () => this.shuffle())
  }

  received(link: number, message: Extract<ViewMessage, { peers: readonly number[] }>): void {
    const { type, peers } = message
    if (type === 'shuffle')
      this.dialler.send(link, { type: 'shuffled', peers: this.passive.some(peers.length) })
    for (const peer of peers) this.passive.add(peer)
  }

  private shuffle(): void {
    this.host.after(SHUFFLE_MS, () => this.shuffle())
    const { random } = this.host
    const [link] = random.sample([...this.active], 1)
    if (link === undefined) return
    const neighbours = random.sample([...this.active], FROM_ACTIVE).map((each) => this.dialler.peerAt(each)!)
    this.dialler.send(link, { type: 'shuffle', peers: [...neighbours, ...this.passive.some(FROM_PASSIVE)] })
  }
}
