/**
 * Which page belongs to which tree. From the roots down, and, since an interior page may be the damaged one, from the pages up: the
 * pointer map of an auto-vacuum file says of every page whose child it is. A page is taken once, and only where the two do not contradict
 * each other, before what only one of them says.
 */
import { type BtreePage, type Cell, readPage, type Value } from './cells.ts'
import type { PageFile } from './pages.ts'

/** What is between two keys could not be read; null: nothing readable lies on that side. */
export interface LostRange {
  /** Rowid, or of a table without rowids the first column. */
  readonly after: Value
  readonly upTo: Value
}

export interface Tree {
  readonly root: number
  readonly isTable: boolean
  /** Each readable page's rows or entries, in no order that matters. */
  readonly onCells: (cells: readonly Cell[]) => void
  /** Columns of every row; a page with others is another tree's. */
  readonly fits: (cell: Cell) => boolean
  /** Told of pages that are this tree's and cannot be read. */
  readonly onLost: (range: LostRange, problem: string) => void
}

interface Claim {
  readonly page: number
  readonly tree: Tree
  readonly range: LostRange
}

/** Kinds of pages in the pointer map. */
const mapped = { free: 2, btree: 5 }
/** No tree is as high. */
const highest = 20
const everything: LostRange = { after: null, upTo: null }

export interface Walk {
  /** b-tree pages of the file that belong to no tree that is known. */
  readonly unclaimed: number
}

/** Reads every tree; `onPage` now and then, with how many pages are done. */
export function walkTrees(file: PageFile, trees: readonly Tree[], onPage: (done: number) => void): Walk {
  const owners = new Map<number, Tree>()
  const claims: Claim[] = []
  const doubtful: Claim[] = []
  let done = 0

  const claim = (found: Claim) => {
    if (owners.has(found.page) || found.page < 1 || found.page > file.pageCount) return
    owners.set(found.page, found.tree)
    claims.push(found)
  }
  const visit = ({ page, tree, range }: Claim) => {
    if (++done % 256 === 0) onPage(done)
    const read = readPage(file, page)
    const problem = typeof read === 'string' ? read : misfit(read, tree)
    if (problem !== null || typeof read === 'string') {
      tree.onLost(range, problem ?? '')
      return
    }
    if (read.cells.length > 0) tree.onCells(read.cells)
    read.children.forEach((child, index) => {
      const next: Claim = { page: child, tree, range: rangeOf(read, index, range) }
      const known = file.parentOf(child)
      if (known === null || (known.kind === mapped.btree && known.parent === page)) claim(next)
      else if (known.kind !== mapped.free) doubtful.push(next)
    })
  }
  const settle = () => {
    for (let next = claims.pop(); next; next = claims.pop()) visit(next)
  }

  for (const tree of trees) claim({ page: tree.root, tree, range: everything })
  settle()
  if (file.header.hasPointerMap) {
    for (let page = 3; page <= file.pageCount; page++) {
      if (owners.has(page)) continue
      const tree = ownerOf(file, page, owners)
      if (tree === null) continue
      // The pointer map itself may be wrong here: only a page that fits counts.
      const read = readPage(file, page)
      if (typeof read !== 'string' && misfit(read, tree) === null) claim({ page, tree, range: everything })
      settle()
    }
  }
  for (const found of doubtful) claim(found)
  settle()
  return { unclaimed: countUnclaimed(file, owners) }
}

/** In words, why the page cannot be the tree's. */
function misfit(page: BtreePage, tree: Tree): string | null {
  if (page.isTable !== tree.isTable) return "it is another kind of tree's"
  return page.cells.every(tree.fits) ? null : 'its rows have other columns'
}

/** What a child holds, by the keys beside it. */
function rangeOf({ isTable, keys, cells }: BtreePage, index: number, within: LostRange): LostRange {
  const at = (position: number): Value => (isTable ? (keys[position] ?? null) : (cells[position]?.values[0] ?? null))
  return {
    after: index === 0 ? within.after : at(index - 1),
    upTo: index === (isTable ? keys : cells).length ? within.upTo : at(index),
  }
}

/** Upwards by the pointer map, to a page that a tree has. */
function ownerOf(file: PageFile, page: number, owners: ReadonlyMap<number, Tree>): Tree | null {
  let at = page
  for (let height = 0; height < highest; height++) {
    const known = file.parentOf(at)
    if (known?.kind !== mapped.btree) return null
    at = known.parent
    const owner = owners.get(at)
    if (owner) return owner
  }
  return null
}

/** Those of the schema itself, whose tree begins on the first page, apart. */
function countUnclaimed(file: PageFile, owners: ReadonlyMap<number, Tree>): number {
  let count = 0
  for (let page = 3; page <= file.pageCount; page++) {
    if (!owners.has(page) && file.parentOf(page)?.kind === mapped.btree && !isOfSchema(file, page)) count++
  }
  return count
}

function isOfSchema(file: PageFile, page: number): boolean {
  let at = page
  for (let height = 0; height < highest && at !== 1; height++) {
    const known = file.parentOf(at)
    if (known?.kind !== mapped.btree) return false
    at = known.parent
  }
  return at === 1
}
