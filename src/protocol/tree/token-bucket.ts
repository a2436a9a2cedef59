/** A rate limit: so many tokens a second, at most `burst` saved up. */
export class TokenBucket {
  private readonly perSecond: number
  private readonly burst: number
  private tokens: number
  private filledAt: number

  constructor(perSecond: number, burst: number, now: number) {
    this.perSecond = perSecond
    this.burst = burst
    this.tokens = burst
    this.filledAt = now
  }

  /** Takes tokens if there are as many. */
  take(amount: number, now: number): boolean {
    const elapsed = Math.max(0, now - this.filledAt)
    this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.perSecond)
    this.filledAt = now
    if (this.tokens < amount) return false
    this.tokens -= amount
    return true
  }
}
