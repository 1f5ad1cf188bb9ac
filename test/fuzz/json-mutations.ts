/** Changes to JSON that know its structure. A tree keeps what JSON.parse would lose: keys that come twice, numbers as they are written. */
import type { Random } from './random.ts'

interface Leaf {
  readonly type: 'leaf'
  /** As it stands in the text, quotes included. */
  readonly raw: string
}
interface List {
  readonly type: 'list'
  readonly elements: readonly Node[]
}
interface Members {
  readonly type: 'members'
  /** Keys with their quotes. */
  readonly members: readonly (readonly [key: string, value: Node])[]
}
export type Node = Leaf | List | Members

/** What nests deeper is one leaf. */
const deepestRead = 40

const leaf = (raw: string): Leaf => ({ type: 'leaf', raw })

/** Reads what need not be JSON any more: whatever stands between the marks is a leaf. null: no object or list. */
export function treeOf(text: string): Node | null {
  if (!/^\s*[[{]/.test(text)) return null
  let at = 0
  const leafAt = (): Leaf => {
    const start = at
    if (text[at] === '"') {
      at++
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
      at++
    } else while (at < text.length && !',]}:'.includes(text[at] ?? '')) at++
    return leaf(text.slice(start, at))
  }
  const skip = (marks: string) => {
    while (at < text.length && (marks.includes(text[at] ?? '') || /\s/.test(text[at] ?? ''))) at++
  }
  const nodeAt = (depth: number): Node => {
    skip('')
    const open = text[at]
    if ((open !== '{' && open !== '[') || depth > deepestRead) return leafAt()
    at++
    const elements: Node[] = []
    const members: (readonly [string, Node])[] = []
    for (;;) {
      skip(',')
      if (at >= text.length || text[at] === ']' || text[at] === '}') break
      if (open === '[') {
        const before = at
        elements.push(nodeAt(depth + 1))
        if (at === before) at++
      } else {
        const key = leafAt().raw
        skip(':')
        members.push([key, nodeAt(depth + 1)])
      }
    }
    at++
    return open === '[' ? { type: 'list', elements } : { type: 'members', members }
  }
  return nodeAt(0)
}

export function textOf(node: Node): string {
  if (node.type === 'leaf') return node.raw
  if (node.type === 'list') return `[${node.elements.map(textOf).join(',')}]`
  return `{${node.members.map(([key, value]) => `${key}:${textOf(value)}`).join(',')}}`
}

const childrenOf = (node: Node): readonly Node[] =>
  node.type === 'leaf' ? [] : node.type === 'list' ? node.elements : node.members.map(([, value]) => value)

type Path = readonly number[]
function pathsOf(node: Node, isWanted: (node: Node) => boolean): readonly Path[] {
  const found: Path[] = []
  const visit = (at: Node, path: Path): void => {
    if (isWanted(at)) found.push(path)
    for (const [index, child] of childrenOf(at).entries()) visit(child, [...path, index])
  }
  visit(node, [])
  return found
}
function nodeAt(node: Node, path: Path): Node {
  return path.reduce<Node>((at, index) => childrenOf(at)[index] ?? at, node)
}
function withNode(node: Node, path: Path, change: (node: Node) => Node): Node {
  const [index, ...rest] = path
  if (index === undefined) return change(node)
  if (node.type === 'list')
    return { ...node, elements: node.elements.map((one, at) => (at === index ? withNode(one, rest, change) : one)) }
  if (node.type === 'leaf') return node
  return {
    ...node,
    members: node.members.map(([key, value], at) => [key, at === index ? withNode(value, rest, change) : value]),
  }
}

const isLeaf = (node: Node): boolean => node.type === 'leaf'
const isList = (node: Node): boolean => node.type === 'list'
const isMembers = (node: Node): boolean => node.type === 'members'

const oddNumbers = [
  '0',
  '-0',
  '-1',
  '1',
  '00012.50',
  '007',
  '1.',
  '.5',
  '+1',
  '1e3',
  '1E-7',
  '1e400',
  '-1e400',
  '5e-324',
  '1e-400',
  'NaN',
  'Infinity',
  '-Infinity',
  '0x10',
  '1_000',
  '1,5',
  ' 1',
  '1 ',
  '١٢',
  '9007199254740993',
  '12345678901234567890',
  '0.1234567890123456789',
  '99999999999999999999999999999999999999',
  '0.00000000000000000000000000000001',
  '1.7976931348623157e308',
  '2147483648',
  '1e15',
]
const oddValues = [
  'null',
  'true',
  'false',
  '""',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '"null"',
  '"true"',
  '"\\u0000"',
  '"__proto__"',
  '"é"',
  '{"a":1}',
  '"buy"',
  '"SELL"',
]

const unquoted = (raw: string): string => (raw.startsWith('"') ? raw.slice(1, -1) : raw)
const isNumber = (raw: string): boolean => /^"?-?\d+(\.\d+)?([eE][+-]?\d+)?"?$/.test(raw)

/** Another number of the same form. */
const freshDigits = (raw: string, random: Random): string =>
  raw.replace(/\d+/g, (run) =>
    [...run].map((digit, at) => (at === 0 && digit !== '0' ? 1 + random.below(9) : random.below(10))).join(''),
  )
/** Every letter as JSON may also write it. */
const escaped = (raw: string, random: Random): string =>
  raw.replace(/[ -!#-[\]-~]/g, (letter) =>
    random.chance(0.4) ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
  )

const longText = 1_000_000
/** From about 3,000 on the JSON.stringify that keeps an account's row as it came runs out of stack, and the reply is lost with an error. */
const deepNesting = 1_000
const manyElements = 400
/** Keys that mean something to one exchange or another, or to JavaScript. */
const addedKeys = [
  ...['"zz"', '"__proto__"', '"st"', '"full"', '"is_internal"', '"event"', '"error"', '"w"', '"a"'],
  ...['"method"', '"topic"', '"channel"', '"type"', '"ts"', '"timestamp"', '"update"', '"pu"', '"result"'],
]

type Change = (tree: Node, random: Random) => Node

const atLeaf =
  (change: (raw: string, random: Random) => string, isWanted: (raw: string) => boolean = () => true): Change =>
  (tree, random) => {
    const paths = pathsOf(tree, (node) => node.type === 'leaf' && isWanted(node.raw))
    if (paths.length === 0) return tree
    return withNode(tree, random.pick(paths), (node) => (node.type === 'leaf' ? leaf(change(node.raw, random)) : node))
  }
const atNode =
  (isWanted: (node: Node) => boolean, change: (node: Node, random: Random) => Node): Change =>
  (tree, random) => {
    const paths = pathsOf(tree, isWanted)
    return paths.length === 0 ? tree : withNode(tree, random.pick(paths), (node) => change(node, random))
  }

const shuffled = <T>(list: readonly T[], random: Random): T[] => {
  const from = random.below(Math.max(1, list.length))
  return [...list.slice(from), ...list.slice(0, from)]
}
const inserted = <T>(list: readonly T[], at: number, ...more: readonly T[]): T[] => [
  ...list.slice(0, at),
  ...more,
  ...list.slice(at),
]

/** By name, for the line that says what was done. The weight is how often. */
export const jsonChanges: readonly (readonly [name: string, weight: number, change: Change])[] = [
  [
    'all digits fresh',
    6,
    (tree, random) => everyLeaf(tree, (raw) => (isNumber(raw) && random.chance(0.7) ? freshDigits(raw, random) : raw)),
  ],
  ['a digit fresh', 4, atLeaf(freshDigits, isNumber)],
  ['values swapped', 6, swapLeaves],
  ['a value of another key', 4, copyLeaf],
  ['number to text or back', 5, atLeaf((raw) => (raw.startsWith('"') ? unquoted(raw) : `"${raw}"`), isNumber)],
  [
    'every number to text or back',
    2,
    (tree) => everyLeaf(tree, (raw) => (isNumber(raw) ? (raw.startsWith('"') ? unquoted(raw) : `"${raw}"`) : raw)),
  ],
  [
    'odd number',
    8,
    atLeaf((raw, random) => (raw.startsWith('"') ? `"${random.pick(oddNumbers)}"` : random.pick(oddNumbers)), isNumber),
  ],
  ['odd number as text', 3, atLeaf((_raw, random) => `"${random.pick(oddNumbers)}"`)],
  ['negative', 2, atLeaf((raw) => raw.replace(/\d/, '-$&'), isNumber)],
  ['leading zeros', 2, atLeaf((raw) => raw.replace(/\d/, '00$&'), isNumber)],
  ['exponent', 2, atLeaf((raw, random) => raw.replace(/(\d)("?)$/, `$1e${random.below(30) - 15}$2`), isNumber)],
  ['odd value', 5, atLeaf((_raw, random) => random.pick(oddValues))],
  [
    'odd value for a group',
    2,
    atNode(
      (node) => !isLeaf(node),
      (_node, random) => leaf(random.pick(oddValues)),
    ),
  ],
  [
    'key twice',
    5,
    atNode(isMembers, (node, random) => {
      if (node.type !== 'members' || node.members.length === 0) return node
      const [key, value] = random.pick(node.members)
      const [, other] = random.pick(node.members)
      const twin =
        isLeaf(value) && value.type === 'leaf' && random.chance(0.6) ? leaf(freshDigits(value.raw, random)) : other
      return { ...node, members: inserted(node.members, random.below(node.members.length + 1), [key, twin]) }
    }),
  ],
  [
    'keys swapped',
    3,
    atNode(isMembers, (node, random) => {
      if (node.type !== 'members' || node.members.length < 2) return node
      const [a, b] = [random.below(node.members.length), random.below(node.members.length)]
      const keys = node.members.map(([key]) => key)
      const keyAt = (at: number) => keys[at === a ? b : at === b ? a : at] ?? '""'
      return { ...node, members: node.members.map(([, value], at) => [keyAt(at), value]) }
    }),
  ],
  [
    'key gone',
    4,
    atNode(isMembers, (node, random) =>
      node.type !== 'members'
        ? node
        : { ...node, members: node.members.filter((_, at, all) => at !== random.below(all.length)) },
    ),
  ],
  [
    'key renamed',
    2,
    atNode(isMembers, (node, random) =>
      node.type !== 'members' || node.members.length === 0
        ? node
        : {
            ...node,
            members: [
              ...node.members.slice(1),
              [random.pick(['"constructor"', '"e"', ...addedKeys]), node.members[0]?.[1] ?? leaf('1')],
            ],
          },
    ),
  ],
  [
    'key added',
    2,
    atNode(isMembers, (node, random) =>
      node.type !== 'members'
        ? node
        : {
            ...node,
            members: inserted(node.members, random.below(node.members.length + 1), [
              random.pick(addedKeys),
              leaf(random.pick([...oddValues, ...oddNumbers.slice(0, 3)])),
            ]),
          },
    ),
  ],
  [
    'keys in another order',
    3,
    atNode(isMembers, (node, random) =>
      node.type !== 'members' ? node : { ...node, members: shuffled(node.members, random) },
    ),
  ],
  [
    'element gone',
    3,
    atNode(isList, (node, random) =>
      node.type !== 'list'
        ? node
        : { ...node, elements: node.elements.filter((_, at, all) => at !== random.below(all.length)) },
    ),
  ],
  [
    'element twice',
    3,
    atNode(isList, (node, random) =>
      node.type !== 'list' || node.elements.length === 0
        ? node
        : {
            ...node,
            elements: inserted(node.elements, random.below(node.elements.length), random.pick(node.elements)),
          },
    ),
  ],
  [
    'elements in another order',
    2,
    atNode(isList, (node, random) =>
      node.type !== 'list' ? node : { ...node, elements: shuffled(node.elements, random) },
    ),
  ],
  [
    'many elements',
    0.3,
    atNode(isList, (node, random) =>
      node.type !== 'list' || node.elements.length === 0
        ? node
        : { ...node, elements: Array.from({ length: manyElements }, () => random.pick(node.elements)) },
    ),
  ],
  ['no elements', 1, atNode(isList, () => ({ type: 'list', elements: [] }))],
  ['escapes in a text', 3, atLeaf(escaped, (raw) => raw.startsWith('"'))],
  [
    'escapes in the keys',
    2,
    atNode(isMembers, (node, random) =>
      node.type !== 'members'
        ? node
        : { ...node, members: node.members.map(([key, value]) => [escaped(key, random), value]) },
    ),
  ],
  [
    'nested',
    1,
    atNode(
      () => true,
      (node) => ({ type: 'list', elements: [node] }),
    ),
  ],
  [
    'nested deeply',
    0.1,
    atNode(isLeaf, (node) => leaf(`${'['.repeat(deepNesting)}${textOf(node)}${']'.repeat(deepNesting)}`)),
  ],
  [
    'a text of a megabyte',
    0.04,
    atLeaf((_raw, random) => `"${random.pick(['9', 'A', '0', 'é'])}${random.pick(['9', 'x', '0']).repeat(longText)}"`),
  ],
  [
    'a number of a megabyte',
    0.02,
    atLeaf(
      (raw, random) =>
        raw.startsWith('"') ? `"1${random.pick(['0', '.0'])}${'7'.repeat(longText)}"` : `1${'7'.repeat(longText)}`,
      isNumber,
    ),
  ],
]

function everyLeaf(node: Node, change: (raw: string) => string): Node {
  if (node.type === 'leaf') return leaf(change(node.raw))
  if (node.type === 'list') return { ...node, elements: node.elements.map((one) => everyLeaf(one, change)) }
  return { ...node, members: node.members.map(([key, value]) => [key, everyLeaf(value, change)]) }
}

function swapLeaves(tree: Node, random: Random): Node {
  const paths = pathsOf(tree, isLeaf)
  if (paths.length < 2) return tree
  const [a, b] = [random.pick(paths), random.pick(paths)]
  const [nodeA, nodeB] = [nodeAt(tree, a), nodeAt(tree, b)]
  return withNode(
    withNode(tree, a, () => nodeB),
    b,
    () => nodeA,
  )
}
function copyLeaf(tree: Node, random: Random): Node {
  const paths = pathsOf(tree, isLeaf)
  if (paths.length < 2) return tree
  const from = nodeAt(tree, random.pick(paths))
  return withNode(tree, random.pick(paths), () => from)
}
