/** What was sent and received, by member and in all. */

import { reaching } from './growable.js'

export class Counters {
  /** Bytes of messages without the network's own headers. */
  dataBytes = 0
  controlBytes = 0
  /** To and from trackers; not in `controlBytes`. */
  trackerBytes = 0
  packetsArrived = 0
  packetsFresh = 0
  /** Packets that hostile peers have made up. */
  bad = 0
  private dataOut = new Float64Array(64)
  private controlOut = new Float64Array(64)
  private outBefore = new Float64Array(64)
  private arrivals = new Int32Array(64)
  private freshArrivals = new Int32Array(64)

  add(member: number): void {
    this.dataOut = reaching(this.dataOut, member)
    this.controlOut = reaching(this.controlOut, member)
    this.outBefore = reaching(this.outBefore, member)
    this.arrivals = reaching(this.arrivals, member)
    this.freshArrivals = reaching(this.freshArrivals, member)
  }

  data(from: number, bytes: number): void {
    this.dataBytes += bytes
    this.dataOut[from]! += bytes
  }

  control(from: number, bytes: number, isOfTracker: boolean): void {
    if (isOfTracker) this.trackerBytes += bytes
    else this.controlBytes += bytes
    this.controlOut[from]! += bytes
  }

  arrived(at: number): void {
    this.packetsArrived++
    this.arrivals[at]!++
  }

  fresh(at: number): void {
    this.packetsFresh++
    this.freshArrivals[at]!++
  }

  dataBytesOut(member: number): number {
    return this.dataOut[member]!
  }

  /** A moment to count `recentOut` from. */
  mark(): void {
    this.outBefore.set(this.dataOut)
  }

  /** Packets' bytes that a member has sent since the last mark. */
  recentOut(member: number): number {
    return this.dataOut[member]! - this.outBefore[member]!
  }

  controlBytesOut(member: number): number {
    return this.controlOut[member]!
  }

  /** Packets that reached a member, and those of them that were new to it. */
  packetsTo(member: number): number {
    return this.arrivals[member]!
  }

  freshTo(member: number): number {
    return this.freshArrivals[member]!
  }
}
