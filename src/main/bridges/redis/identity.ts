/**
 * Who sends, and the numbers of what is sent. A happening's sequence number is strictly increasing over all runs of one sender, so that
 * neither a bot nor the bridge itself takes one for another.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { replaceFile } from '../../files.ts'

const Identity = z.object({ sender: z.string().regex(/^[0-9a-f]{12}$/), reserved: z.number().int().nonnegative() })

/** Numbers are reserved on the disk in blocks, so that counting needs no write; a run that ends early leaves the rest of its block unused. */
const block = 1_000_000

export class Sequence {
  readonly sender: string
  /** In words, why it could not be kept on the disk; the sender is then a new one. */
  problem: string | null = null
  private readonly file: string
  private last: number
  private reserved: number

  constructor(folder: string, now: number) {
    this.file = join(folder, 'sender.json')
    const kept = this.read()
    this.sender = kept?.sender ?? randomBytes(6).toString('hex')
    // Above whatever a lost file may have reached: numbers of what still lies in the folder must be lower.
    this.last = kept?.reserved ?? now * 1_000
    this.reserved = this.last
    this.reserve(folder)
  }

  next(): number {
    this.last += 1
    if (this.last > this.reserved) this.reserve(null)
    return this.last
  }

  private read(): z.infer<typeof Identity> | null {
    try {
      return Identity.parse(JSON.parse(readFileSync(this.file, 'utf8')))
    } catch {
      // Missing, or damaged: a new sender with higher numbers is right in both cases.
      return null
    }
  }

  private reserve(folder: string | null): void {
    this.reserved += block
    try {
      if (folder !== null) mkdirSync(folder, { recursive: true })
      const text = JSON.stringify({ sender: this.sender, reserved: this.reserved })
      replaceFile(this.file, text)
      this.problem = null
    } catch (error) {
      this.problem = messageOf(error)
    }
  }
}
