/** The layouts of the desk in `layouts.json` of the data folder: read once, replaced whole, shared by both doors. */
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { firstProblem, Layout, type Layouts, maxLayouts, StandingDesk } from '../shared/layouts.ts'
import { messageOf } from './errors.ts'
import { replaceFile } from './files.ts'

const version = 1

/** Rows are checked one by one, so that one that does not fit does not take the others with it. */
const LayoutsText = z.strictObject({
  version: z.literal(version),
  layouts: z.array(z.unknown()),
  standing: z.unknown(),
})

/** What was asked for cannot be done, in words; `full` and `unknown` are the caller's, the others the disk's. */
export class LayoutError extends Error {
  readonly reason: 'full' | 'unknown' | 'notWritten'
  constructor(reason: LayoutError['reason'], message: string) {
    super(message)
    this.name = 'LayoutError'
    this.reason = reason
  }
}

export interface LayoutFileOptions {
  /** null: kept in memory only, as on a dry run. */
  readonly file: string | null
  now(): number
  /** What went wrong with the file, once. */
  onProblem(problem: string): void
}

export class LayoutFile {
  private readonly options: LayoutFileOptions
  private state: Layouts = { layouts: [], standing: null, problem: null }
  private isRead = false
  /** Why nothing may be written; null: it may. */
  private blocked: string | null = null

  constructor(options: LayoutFileOptions) {
    this.options = options
  }

  /** Reads the file the first time. One that cannot be understood is set aside under another name; what of it fits is used. */
  list(): Layouts {
    const { file, onProblem } = this.options
    if (this.isRead) return this.state
    this.isRead = true
    if (file !== null && existsSync(file)) this.read(file)
    if (this.state.problem !== null) onProblem(this.state.problem)
    return this.state
  }

  /** Adds a layout, or takes the place of the one named `replaces`, and of one with its own name. Throws a LayoutError. */
  save(layout: Layout, replaces: string | null): void {
    const { layouts } = this.list()
    if (replaces !== null && !layouts.some(({ name }) => name === replaces)) throw unknownLayout(replaces, layouts)
    const at = layouts.findIndex(({ name }) => name === (replaces ?? layout.name))
    const next = layouts.flatMap((one, i) => (i === at ? [layout] : one.name === layout.name ? [] : [one]))
    if (at < 0) next.push(layout)
    if (next.length > maxLayouts)
      throw new LayoutError('full', `${maxLayouts} layouts are kept at most; remove one first`)
    this.write({ ...this.state, layouts: next })
  }

  /** Throws a LayoutError. */
  remove(name: string): void {
    const { layouts } = this.list()
    if (!layouts.some((layout) => layout.name === name)) throw unknownLayout(name, layouts)
    this.write({ ...this.state, layouts: layouts.filter((layout) => layout.name !== name) })
  }

  /** Keeps the desk as it stands for the next start. Throws a LayoutError. */
  keep(standing: StandingDesk): void {
    this.write({ ...this.list(), standing })
  }

  private read(file: string): void {
    let json: unknown
    try {
      json = JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      this.setAside(file, messageOf(error))
      return
    }
    const text = LayoutsText.safeParse(json)
    if (!text.success) {
      this.setAside(file, firstProblem(text.error, json))
      return
    }
    const problems: string[] = []
    const layouts: Layout[] = []
    for (const [i, row] of text.data.layouts.entries()) {
      const parsed = Layout.safeParse(row)
      if (parsed.success) layouts.push(parsed.data)
      else problems.push(`layouts.${i}.${firstProblem(parsed.error, row)}`)
    }
    const standing = StandingDesk.nullable().safeParse(text.data.standing)
    if (!standing.success) problems.push(`standing.${firstProblem(standing.error, text.data.standing)}`)
    this.state = { layouts, standing: standing.data ?? null, problem: null }
    if (problems.length === 0) return
    this.setAside(file, problems.join('; '))
    if (this.blocked !== null) return
    try {
      this.write(this.state)
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error
      this.state = { ...this.state, problem: `${this.state.problem} ${error.message}` }
    }
  }

  /** The whole file as it was goes under another name, or it stays and nothing is written over it. */
  private setAside(file: string, why: string): void {
    const aside = file.replace(/(\.json)?$/, `.damaged-${this.options.now()}.json`)
    const what = `${basename(file)} could not be read in full: ${why}.`
    try {
      renameSync(file, aside)
    } catch (error) {
      this.blocked = `${what} It could not be set aside either (${messageOf(error)}), so nothing is written over it.`
      this.state = { ...this.state, problem: this.blocked }
      return
    }
    this.state = { ...this.state, problem: `${what} It is set aside as ${basename(aside)}.` }
  }

  private write(next: Layouts): void {
    const { file } = this.options
    if (this.blocked !== null) throw new LayoutError('notWritten', this.blocked)
    if (file !== null) {
      const { layouts, standing } = next
      try {
        replaceFile(file, `${JSON.stringify({ version, layouts, standing }, null, 1)}\n`)
      } catch (error) {
        throw new LayoutError('notWritten', `${basename(file)} could not be written: ${messageOf(error)}`)
      }
    }
    this.state = next
  }
}

const unknownLayout = (name: string, layouts: readonly Layout[]): LayoutError =>
  new LayoutError(
    'unknown',
    `there is no layout "${name}"; there are ${layouts.map((one) => `"${one.name}"`).join(', ') || 'none'}`,
  )
