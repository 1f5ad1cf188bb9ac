/**
 * The desk: panes, where they stand, which of them show the same symbol, and the layouts that were saved. The docking component
 * draws `desk` anew when `revision` grows, and tells every change of the user's with `arrange`.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import {
  type Desk,
  type DeskPart,
  type Layout,
  type LinkGroup,
  type Links,
  type LinkTarget,
  maxPanes,
  type Pane,
  PaneView,
  partsIn,
  presetNames,
} from '../../shared/layouts.ts'
import { textsOf } from '../i18n.ts'
import { firstPreset, isPreset, noLinks, noTarget, presets } from './presets.ts'
import type { WindowMessage, Windows } from './windows.ts'

const t = textsOf('stores')

export type Direction = 'left' | 'right' | 'up' | 'down'
export type Place = 'tab' | 'right' | 'below'

/** What keys and commands do to the panes; there while the desk is on the screen. */
export interface DeskControl {
  focusBeside(direction: Direction): void
  focusNext(step: 1 | -1): void
  nextTab(step: 1 | -1): void
  /** Or back to its place. */
  maximise(): void
  close(): void
  /** One step over the desk: out of its tabs, past what stands beside it, out to the edge. */
  move(direction: Direction): void
  /** Into the tabs beside its own. */
  moveIntoTabs(direction: Direction): void
  /** The same pane once more, beside or below. */
  split(place: Place): void
  add(kind: string, place: Place): void
  popOut(): void
}

export type DeskDialog =
  | { readonly kind: 'add'; readonly place: Place }
  | { readonly kind: 'saveAs' }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'import' }

export interface DeskState {
  readonly isLoaded: boolean
  /** Layouts that were stored and could not be read, in words. */
  readonly problem: string | null
  readonly layouts: readonly Layout[]
  /** The preset or layout that the desk came from; null: it was removed. */
  readonly name: string | null
  readonly desk: Desk
  readonly links: Links
  /** The first symbol that is watched: what is shown where none was chosen. */
  readonly firstSymbol: string | null
  /** Grows when `desk` was changed by other means than by the docking component. */
  readonly revision: number
  /** Id of the pane that keys are for. */
  readonly active: string | null
  readonly control: DeskControl | null
  readonly dialog: DeskDialog | null
  load(): Promise<void>
  setLayouts(layouts: readonly Layout[]): void
  /** Puts a preset or saved layout on the desk; the groups keep their symbols. */
  apply(name: string): void
  /** The preset or layout after the one shown, in the order of the list. */
  applyNext(step: 1 | -1): void
  /** The docking component's word on where panes stand. */
  arrange(root: DeskPart | null): void
  /** Puts a new pane on the list; the docking component places it. null: there are as many as there may be. */
  addPane(kind: string, like: Pane | null): Pane | null
  removePane(id: string): void
  changePane(id: string, change: Partial<Omit<Pane, 'id'>>): void
  /** Keeps what a pane's screen says of itself under a name; undefined: nothing any more. What is too long is not kept. */
  changeView(id: string, name: string, value: unknown): void
  setActive(id: string | null): void
  watch(symbol: string | null): void
  /** What the pane shows: its group's, its own, or the first symbol watched. */
  targetOf(pane: Pane): LinkTarget
  /** Moves the pane, and all of its group with it. */
  choose(id: string, target: LinkTarget): void
  chooseInGroup(group: LinkGroup, target: LinkTarget): void
  /** What another window says; not told on, since it told everyone. */
  hear(message: WindowMessage): void
  /** A pane leaves the desk for a window of its own, or comes back in the place of one of the tabs. */
  toWindow(id: string): void
  fromWindow(id: string): void
  /** Resolves with what is to be said against it, or null. */
  saveAs(name: string): Promise<string | null>
  rename(from: string, to: string): Promise<string | null>
  remove(name: string): Promise<string | null>
  /** Adds a layout under its name or, where that is taken, another one; then shows it. */
  add(layout: Layout): Promise<string | null>
  show(dialog: DeskDialog | null): void
  setControl(control: DeskControl | null): void
  /** Writes what waits to be kept. */
  flush(): Promise<void>
}

export type DeskStore = StoreApi<DeskState>

export interface DeskOptions {
  readonly api: CrossbookApi
  readonly windows: Windows
  /** True in the window of a single pane: it tells of its changes, and the main window keeps them. */
  readonly isPaneWindow: boolean
  tell(notice: string): void
}

/** Drags of a border come by the dozen; the last one is kept. */
const keepAfterMs = 500

export const layoutNames = ({ layouts }: Pick<DeskState, 'layouts'>): readonly string[] => [
  ...presetNames,
  ...layouts.map(({ name }) => name),
]

/** Whether the desk is another one than the preset or layout that it came from. */
export function isChanged({ name, desk, layouts }: Pick<DeskState, 'name' | 'desk' | 'layouts'>): boolean {
  const saved = name === null ? undefined : deskOf(name, layouts)
  return saved === undefined || !isSameDesk(saved, desk)
}

const deskOf = (name: string, layouts: readonly Layout[]): Desk | undefined =>
  isPreset(name) ? presets[name] : layouts.find((layout) => layout.name === name)?.desk

/** A border may stand this much elsewhere, of the whole, before it counts as moved: pixels and smallest widths do as much. */
const shareTolerance = 0.02

export function looksSame(a: DeskPart | null, b: DeskPart | null): boolean {
  if (a === null || b === null) return a === b
  if (Math.abs(a.share - b.share) > shareTolerance) return false
  if (a.kind === 'tabs' || b.kind === 'tabs')
    return a.kind === 'tabs' && b.kind === 'tabs' && a.shown === b.shown && isSameList(a.panes, b.panes)
  return (
    a.kind === b.kind &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, i) => looksSame(part, b.parts[i] ?? null))
  )
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i])

/** The own symbol of a linked pane is not shown. */
const paneText = ({ id, kind, link, own, period, view = {} }: Pane): string =>
  JSON.stringify([id, kind, link, link === null ? own : null, period, Object.entries(view).sort()])

const isSameDesk = (a: Desk, b: Desk): boolean =>
  looksSame(a.root, b.root) &&
  isSameList(a.windows, b.windows) &&
  isSameList(a.panes.map(paneText).sort(), b.panes.map(paneText).sort())

export function createDeskStore({ api, windows, isPaneWindow, tell }: DeskOptions): DeskStore {
  let timer: ReturnType<typeof setTimeout> | null = null
  const store = createStore<DeskState>()((set, get) => {
    async function keep(): Promise<void> {
      if (timer !== null) clearTimeout(timer)
      timer = null
      const { name, desk, links, isLoaded } = get()
      if (!isLoaded || isPaneWindow) return
      const reply = await api.call('layouts.keep', { standing: { name, desk, links } })
      if (!reply.ok && reply.code !== 'unavailable') tell(t('desk.notKept', { problem: reply.message }))
    }
    const keepSoon = () => {
      if (isPaneWindow) return
      timer ??= setTimeout(() => void keep(), keepAfterMs)
    }
    const change = (part: Partial<DeskState>) => {
      set(part)
      keepSoon()
    }
    /** Windows of panes that are not on the desk any more close; one with another pane of the same id shows that. */
    const put = (name: string | null, desk: Desk) => {
      for (const id of get().desk.windows) {
        const pane = desk.windows.includes(id) ? desk.panes.find((one) => one.id === id) : undefined
        windows.tell(pane === undefined ? { kind: 'close', id } : { kind: 'pane', pane })
      }
      change({ name, desk, revision: get().revision + 1, active: null })
    }
    async function save(layout: Layout, replaces: string | null): Promise<string | null> {
      const reply = await api.call('layouts.save', { layout, replaces })
      if (!reply.ok) return reply.message
      const before = get().layouts
      const at = before.findIndex(({ name }) => name === (replaces ?? layout.name))
      const others = before.filter(({ name }) => name !== replaces && name !== layout.name)
      set({ layouts: at < 0 ? [...others, layout] : others.toSpliced(at, 0, layout) })
      return null
    }
    const freshId = (kind: string): string => {
      const taken = new Set(get().desk.panes.map(({ id }) => id))
      for (let i = 1; ; i++) if (!taken.has(`${kind}-${i}`)) return `${kind}-${i}`
    }

    return {
      isLoaded: false,
      problem: null,
      layouts: [],
      name: firstPreset,
      desk: presets[firstPreset],
      links: noLinks,
      firstSymbol: null,
      revision: 0,
      active: null,
      control: null,
      dialog: null,
      async load() {
        const reply = await api.call('layouts.list', {})
        if (!reply.ok) return
        const { layouts, standing, problem } = reply.value
        set({ layouts, problem })
        // Anew after a lost connection: what is on the desk now is newer than what was kept.
        if (get().isLoaded) return
        set(standing === null ? { isLoaded: true } : { isLoaded: true, ...standing, revision: get().revision + 1 })
      },
      setLayouts: (layouts) => set({ layouts }),
      apply(name) {
        const desk = deskOf(name, get().layouts)
        if (desk === undefined) return tell(t('desk.noLayout', { name }))
        put(name, desk)
      },
      applyNext(step) {
        const names = layoutNames(get())
        const at = names.indexOf(get().name ?? '')
        const next = names[(Math.max(at, 0) + (at < 0 ? 0 : step) + names.length) % names.length]
        if (next !== undefined) get().apply(next)
      },
      arrange(root) {
        const { desk } = get()
        const placed = new Set(root === null ? [] : partsIn(root).flatMap(({ panes }) => panes))
        const panes = desk.panes.filter(({ id }) => placed.has(id) || desk.windows.includes(id))
        if (panes.length === desk.panes.length && looksSame(root, desk.root)) return
        change({ desk: { ...desk, panes, root } })
      },
      addPane(kind, like) {
        const { desk } = get()
        if (desk.panes.length >= maxPanes) {
          tell(t('desk.full', { panes: maxPanes }))
          return null
        }
        const pane: Pane = {
          id: freshId(kind),
          kind,
          link: like?.link ?? null,
          own: like?.own ?? noTarget,
          period: like?.period ?? '1m',
          // Another kind has other names for other things.
          ...(like?.kind === kind ? { view: like.view } : {}),
        }
        set({ desk: { ...desk, panes: [...desk.panes, pane] } })
        return pane
      },
      removePane(id) {
        const { desk } = get()
        if (desk.windows.includes(id)) windows.tell({ kind: 'close', id })
        change({
          desk: {
            ...desk,
            panes: desk.panes.filter((pane) => pane.id !== id),
            windows: desk.windows.filter((window) => window !== id),
          },
        })
      },
      changePane(id, part) {
        const { desk } = get()
        const pane = desk.panes.find((one) => one.id === id)
        if (pane === undefined) return
        const next = { ...pane, ...part }
        change({ desk: { ...desk, panes: desk.panes.map((one) => (one === pane ? next : one)) } })
        if (isPaneWindow || desk.windows.includes(id)) windows.tell({ kind: 'pane', pane: next })
      },
      changeView(id, name, value) {
        const { view } = get().desk.panes.find((pane) => pane.id === id) ?? {}
        const { [name]: _, ...others } = view ?? {}
        const next = PaneView.safeParse(value === undefined ? others : { ...others, [name]: value })
        if (next.success) get().changePane(id, { view: next.data })
      },
      setActive: (active) => set({ active }),
      watch: (firstSymbol) => set({ firstSymbol }),
      targetOf({ link, own }) {
        const { links, firstSymbol } = get()
        const target = link === null ? own : links[link]
        return target.symbol === null ? { symbol: firstSymbol, exchange: null } : target
      },
      choose(id, target) {
        const pane = get().desk.panes.find((one) => one.id === id)
        if (pane === undefined) return
        if (pane.link === null) get().changePane(id, { own: target })
        else get().chooseInGroup(pane.link, target)
      },
      chooseInGroup(group, target) {
        change({ links: { ...get().links, [group]: target } })
        windows.tell({ kind: 'link', group, target })
      },
      hear(message) {
        const { desk, links } = get()
        if (message.kind === 'link') change({ links: { ...links, [message.group]: message.target } })
        if (message.kind === 'pane')
          change({
            desk: { ...desk, panes: desk.panes.map((pane) => (pane.id === message.pane.id ? message.pane : pane)) },
          })
      },
      toWindow(id) {
        const { desk } = get()
        if (!desk.windows.includes(id)) change({ desk: { ...desk, windows: [...desk.windows, id] } })
      },
      fromWindow(id) {
        const { desk, revision } = get()
        if (!desk.windows.includes(id)) return
        const next = { ...desk, windows: desk.windows.filter((window) => window !== id), root: withPane(desk.root, id) }
        change({ desk: next, revision: revision + 1, active: id })
      },
      async saveAs(name) {
        const refused = await save({ name, desk: get().desk }, null)
        if (refused === null) change({ name })
        return refused
      },
      async rename(from, to) {
        const layout = get().layouts.find(({ name }) => name === from)
        if (layout === undefined) return t('desk.layoutGone', { name: from })
        const refused = await save({ ...layout, name: to }, from)
        if (refused === null && get().name === from) change({ name: to })
        return refused
      },
      async remove(name) {
        const reply = await api.call('layouts.remove', { name })
        if (!reply.ok) return reply.message
        set({ layouts: get().layouts.filter((layout) => layout.name !== name) })
        if (get().name === name) change({ name: null })
        return null
      },
      async add(layout) {
        const name = freeName(layout.name, layoutNames(get()))
        const refused = await save({ ...layout, name }, null)
        if (refused === null) get().apply(name)
        return refused
      },
      show: (dialog) => set({ dialog }),
      setControl: (control) => set({ control }),
      flush: () => (timer === null ? Promise.resolve() : keep()),
    }
  })
  return store
}

/** With the pane as one more tab of the largest part. */
export function withPane(root: DeskPart | null, id: string): DeskPart {
  if (root === null) return { kind: 'tabs', share: 1, panes: [id], shown: id }
  if (root.kind === 'tabs') return { ...root, panes: [...root.panes, id], shown: id }
  const largest = root.parts.reduce((best, part) => (part.share > best.share ? part : best))
  return { ...root, parts: root.parts.map((part) => (part === largest ? withPane(part, id) : part)) }
}

/** The name, or `name 2`, `name 3`: the first that is not taken. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  for (let i = 2; ; i++) if (!taken.includes(`${name} ${i}`)) return `${name} ${i}`
}
