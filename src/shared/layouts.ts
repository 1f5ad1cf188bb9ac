/**
 * The desk and its layouts: which panes stand where. The arrangement is the program's own, so that what is stored and exchanged
 * does not depend on the library that draws it.
 */
import { z } from 'zod'
import { Period } from './domain/index.ts'

/** Panes of one group show one symbol. Each has a colour and is named by its letter. */
export const linkGroups = ['A', 'B', 'C', 'D', 'E', 'F'] as const
export const LinkGroup = z.enum(linkGroups)
export type LinkGroup = z.infer<typeof LinkGroup>

/** Always there; no layout of the user's has such a name. */
export const presetNames = ['Arbitrage', 'Portfolio', 'One market'] as const
export type PresetName = (typeof presetNames)[number]

export const maxPanes = 40
export const maxLayouts = 100
/** Splits within splits. */
const maxDepth = 12
const longestName = 60

export const LayoutName = z
  .string()
  .min(1)
  .max(longestName)
  .refine((name) => name.trim() === name, { message: 'has blanks before or after it' })

const PaneId = z.string().regex(/^[a-z0-9-]{1,40}$/, 'is no id of a pane: small letters, digits and "-"')

export const LinkTarget = z.strictObject({
  /** null: none was chosen yet, and the first one watched is shown. */
  symbol: z.string().min(1).max(60).nullable(),
  /** Exchange id; null: any. */
  exchange: z.string().min(1).max(30).nullable(),
})
export type LinkTarget = Readonly<z.infer<typeof LinkTarget>>

const viewName = z.string().regex(/^[a-z][a-zA-Z]{0,39}$/, 'is no name in a view: letters, a small one first')
const viewScalar = z.union([z.string().max(200), z.number(), z.boolean(), z.null()])
const viewFlat = z.union([viewScalar, z.array(viewScalar), z.record(viewName, viewScalar)])
const longestView = 2_000

/**
 * How a pane shows what it shows: its mode, filter, order, by names of its own. What a version does not know, or what does not fit
 * there, its screen passes over.
 */
export const PaneView = z
  .record(viewName, z.union([viewScalar, z.array(viewScalar), z.record(viewName, viewFlat)]))
  .refine((view) => JSON.stringify(view).length <= longestView, { message: `is longer than ${longestView} characters` })
export type PaneView = Readonly<z.infer<typeof PaneView>>

export const Pane = z.strictObject({
  id: PaneId,
  /** What it shows, as the table of panes in the interface names it; one that this version does not know is kept as it is. */
  kind: z.string().min(1).max(40),
  /** null: it has a symbol of its own. */
  link: LinkGroup.nullable(),
  own: LinkTarget,
  period: Period,
  /** Missing: as a new pane is. */
  view: PaneView.optional(),
})
export type Pane = Readonly<z.infer<typeof Pane>>

const share = z.number().gt(0).max(1)

/** Panes one behind the other; `shown` is in front. `share` is of the room of what it stands in, 0 to 1. */
export const DeskTabs = z.strictObject({
  kind: z.literal('tabs'),
  share,
  panes: z.array(PaneId).min(1),
  shown: PaneId,
})
export type DeskTabs = Readonly<z.infer<typeof DeskTabs>>

/** Parts side by side, or one above the other. */
export const DeskSplit = z.strictObject({
  kind: z.enum(['row', 'column']),
  share,
  get parts(): z.ZodArray<typeof DeskPart> {
    return z.array(DeskPart).min(1)
  },
})
export const DeskPart: z.ZodDiscriminatedUnion<[typeof DeskTabs, typeof DeskSplit]> = z.discriminatedUnion('kind', [
  DeskTabs,
  DeskSplit,
])
export type DeskSplit = z.infer<typeof DeskSplit>
export type DeskPart = z.infer<typeof DeskPart>

export const Desk = z
  .strictObject({
    panes: z.array(Pane).max(maxPanes),
    /** null: every pane stands in a window of its own, or there is none. */
    root: DeskPart.nullable(),
    /** Ids of panes that stand in windows of their own. */
    windows: z.array(PaneId),
  })
  .superRefine((desk, context) => {
    const problem = contradictionOf(desk)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem.message, path: problem.path })
  })
export type Desk = z.infer<typeof Desk>

export const Layout = z.strictObject({
  name: LayoutName.refine((name) => !presetNames.some((preset) => preset === name), {
    message: `is the name of a preset (${presetNames.join(', ')}); take another one`,
  }),
  desk: Desk,
})
export type Layout = z.infer<typeof Layout>

export const Links = z.strictObject({
  A: LinkTarget,
  B: LinkTarget,
  C: LinkTarget,
  D: LinkTarget,
  E: LinkTarget,
  F: LinkTarget,
} satisfies Record<LinkGroup, typeof LinkTarget>)
export type Links = Readonly<z.infer<typeof Links>>

/** The desk as it stands, saved or not: what the next start brings back. `name` is the layout that it came from. */
export const StandingDesk = z.strictObject({ name: z.string().max(longestName).nullable(), desk: Desk, links: Links })
export type StandingDesk = z.infer<typeof StandingDesk>

export const Layouts = z.object({
  layouts: z.array(Layout),
  standing: StandingDesk.nullable(),
  /** Why layouts that were stored are not here, and where they are now; null: nothing is wrong. */
  problem: z.string().nullable(),
})
export type Layouts = z.infer<typeof Layouts>

export const partsIn = (part: DeskPart): DeskTabs[] => (part.kind === 'tabs' ? [part] : part.parts.flatMap(partsIn))

const depthOf = (part: DeskPart): number =>
  part.kind === 'tabs' ? 1 : 1 + part.parts.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0)

interface Contradiction {
  readonly path: string[]
  readonly message: string
}

/** Each pane stands in one place, and each place names a pane. */
function contradictionOf(desk: {
  readonly panes: readonly Pane[]
  readonly root: DeskPart | null
  readonly windows: readonly string[]
}): Contradiction | null {
  const known = desk.panes.map(({ id }) => id)
  const twice = known.find((id, i) => known.indexOf(id) !== i)
  if (twice !== undefined) return { path: ['panes'], message: `two panes have the id "${twice}"; each needs its own` }
  if (desk.root !== null && depthOf(desk.root) > maxDepth)
    return { path: ['root'], message: `splits stand more than ${maxDepth} deep in each other` }
  const tabs = desk.root === null ? [] : partsIn(desk.root)
  const astray = tabs.find(({ panes, shown }) => !panes.includes(shown))
  if (astray !== undefined)
    return {
      path: ['root'],
      message: `"${astray.shown}" is shown in front, but its tabs are ${astray.panes.join(', ')}`,
    }
  const places = [...tabs.flatMap(({ panes }) => panes), ...desk.windows]
  const unknown = places.find((id) => !known.includes(id))
  if (unknown !== undefined)
    return { path: ['root'], message: `"${unknown}" is placed, but panes are ${known.join(', ') || 'none'}` }
  const repeated = places.find((id, i) => places.indexOf(id) !== i)
  if (repeated !== undefined) return { path: ['root'], message: `"${repeated}" stands in two places` }
  const missing = known.find((id) => !places.includes(id))
  if (missing !== undefined)
    return { path: ['panes'], message: `"${missing}" stands nowhere: neither in root nor in windows` }
  return null
}

/** The first thing that does not fit, as `field: what is right; it is value`. */
export function firstProblem(error: z.ZodError, input: unknown): string {
  const [issue] = error.issues
  if (issue === undefined) return 'it does not fit'
  const field = issue.path.map(String).join('.')
  const found = issue.path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    input,
  )
  const value = found === undefined ? 'it is missing' : `it is ${shorten(JSON.stringify(found))}`
  return `${field === '' ? 'the file' : field}: ${issue.message}; ${value}`
}

const longestValue = 80
const shorten = (text: string): string => (text.length > longestValue ? `${text.slice(0, longestValue)}…` : text)
