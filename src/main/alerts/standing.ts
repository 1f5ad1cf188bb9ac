/**
 * What the trader's rules fired for and is not over, in `alert-standing.json` of the data folder: a condition that goes on over a restart
 * is not told twice. It may be some seconds old when the program is killed; what it says is judged anew as soon as something is known.
 */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { codeOf, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

export const StandingAlert = z.strictObject({
  ruleId: z.string(),
  /** All of the rule that decides when it fires: of a rule that was changed meanwhile nothing stands. */
  condition: z.string(),
  subject: z.string(),
  /** epoch ms */
  firedAt: z.number(),
  /** It was not seen to be over; else it is only silent for a while. */
  holds: z.boolean(),
})
export type StandingAlert = Readonly<z.infer<typeof StandingAlert>>

const Markets = z.strictObject({ demo: z.array(StandingAlert), live: z.array(StandingAlert) })
type Mode = 'demo' | 'live'

export class StandingFile {
  private readonly file: string
  private readonly logger: Logger
  private markets: Record<Mode, readonly StandingAlert[]>
  /** What lies in the file, as far as is known. */
  private written: string
  private writing: Promise<void> | null = null
  private isFailing = false

  /** A file that cannot be read is none: what goes on is told once more. */
  constructor(file: string, logger: Logger) {
    this.file = file
    this.logger = logger
    this.markets = this.read()
    this.written = JSON.stringify(this.markets)
  }

  of(mode: Mode): readonly StandingAlert[] {
    return this.markets[mode]
  }

  /** Never waits, never throws. What is the same is not written again. */
  keep(mode: Mode, standing: readonly StandingAlert[]): void {
    this.markets = { ...this.markets, [mode]: standing }
    if (JSON.stringify(this.markets) === this.written) return
    this.writing ??= this.write().finally(() => {
      this.writing = null
    })
  }

  /** Once what was kept is written, or cannot be. Never rejects. */
  async settle(): Promise<void> {
    await this.writing
    await this.write()
  }

  private read(): Record<Mode, readonly StandingAlert[]> {
    try {
      return Markets.parse(JSON.parse(readFileSync(this.file, 'utf8')))
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.logger.warn({ problem: messageOf(error) }, 'standing alerts were not read')
      return { demo: [], live: [] }
    }
  }

  private async write(): Promise<void> {
    for (let text = JSON.stringify(this.markets); text !== this.written; text = JSON.stringify(this.markets)) {
      try {
        await writeFile(`${this.file}.new`, text, { mode: 0o600 })
        await rename(`${this.file}.new`, this.file)
      } catch (error) {
        if (!this.isFailing) this.logger.warn({ problem: messageOf(error) }, 'standing alerts cannot be kept now')
        this.isFailing = true
        return
      }
      this.isFailing = false
      this.written = text
    }
  }
}
