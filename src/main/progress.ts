import type { Progress } from '../shared/contract.ts'

/** The long pieces of work under way. What has ended is told once and forgotten. */
export class ProgressBoard {
  private readonly running = new Map<string, Progress>()
  private readonly tell: (progress: Progress) => void

  constructor(tell: (progress: Progress) => void) {
    this.tell = tell
  }

  set(progress: Progress): void {
    if (progress.state === 'running') this.running.set(progress.id, progress)
    else this.running.delete(progress.id)
    this.tell(progress)
  }

  list(): readonly Progress[] {
    return [...this.running.values()]
  }

  clear(): void {
    this.running.clear()
  }
}
