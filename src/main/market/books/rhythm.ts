/** Of the newest interval in the usual one: about the last twenty count. */
const newestShare = 0.05

/** How often something usually comes: a decaying mean of the time between two of it. */
export class Rhythm {
  private lastAt: number | null = null
  private mean: number | null = null

  /** ms; null until two came. */
  get usualMs(): number | null {
    return this.mean
  }

  note(at: number): void {
    if (this.lastAt !== null) {
      // A clock that was set back is no interval.
      const interval = Math.max(0, at - this.lastAt)
      this.mean = this.mean === null ? interval : this.mean + (interval - this.mean) * newestShare
    }
    this.lastAt = at
  }

  /** What lies before is no interval to what comes: the stream was interrupted. */
  interrupt(): void {
    this.lastAt = null
  }
}
