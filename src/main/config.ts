/**
 * Settings: one YAML file, checked by zod. Precedence: flags, environment (`CROSSBOOK_…`), file, defaults.
 * Changing a setting edits the file's document, so comments and the order of keys stay.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parse,
  parseDocument,
  visit,
} from 'yaml'
import type { z } from 'zod'
import { ExchangeId, exchangeIds, PluginExchangeId } from '../shared/domain/index.ts'
import { Settings, type SettingsChange } from '../shared/settings.ts'
import { messageOf } from './errors.ts'

/** The settings cannot be used as they are; one line per problem, each naming the key, its value or place, and what is right. */
export class SettingsError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'SettingsError'
    this.problems = problems
  }
}

/** What flags or the environment say; undefined says nothing. */
export interface SettingsFlags {
  readonly demo?: boolean | undefined
  readonly exchanges?: readonly ExchangeId[] | undefined
  readonly symbols?: readonly string[] | undefined
  readonly port?: number | undefined
  readonly logLevel?: string | undefined
}

export interface ConfigOptions {
  readonly file: string
  /** Written to `file` when it does not exist yet; null: the file must exist. */
  readonly template: string | null
  readonly flags: SettingsFlags
  readonly env: Readonly<Record<string, string | undefined>>
}

type Json = z.infer<ReturnType<typeof z.json>>
interface Override {
  readonly path: readonly string[]
  readonly value: Json
  readonly source: string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = target
  for (const key of path.slice(0, -1)) {
    const next = node[key]
    const child: Record<string, unknown> = isRecord(next) ? next : {}
    node[key] = child
    node = child
  }
  node[path.at(-1) ?? ''] = value
}

const environmentName = (path: readonly string[]): string =>
  `CROSSBOOK_${path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`

/** Every plain setting (not the exchanges, which have names of their own) by its environment variable. */
function environmentPaths(): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>([[environmentName(['mode']), ['mode']]])
  const walk = (node: Record<string, unknown>, at: readonly string[]) => {
    for (const [key, value] of Object.entries(node)) {
      const path = [...at, key]
      if (isRecord(value)) walk(value, path)
      else paths.set(environmentName(path), path)
    }
  }
  walk({ ...Settings.parse({}), exchanges: {} }, [])
  return paths
}

function environmentOverrides(env: ConfigOptions['env'], problems: string[]): Override[] {
  const overrides: Override[] = []
  for (const [name, path] of environmentPaths()) {
    const text = env[name]
    if (text === undefined || text === '') continue
    // A list is written with commas; anything else is a YAML scalar (number, boolean or text).
    const value = path[0] === 'symbols' || path[0] === 'periods' ? splitList(text) : scalarOf(text)
    overrides.push({ path, value, source: name })
  }
  const exchanges = env.CROSSBOOK_EXCHANGES
  if (exchanges) {
    const ids = splitList(exchanges)
    const unknown = ids.filter((id) => !ExchangeId.safeParse(id).success)
    if (unknown.length > 0) problems.push(unknownExchange('CROSSBOOK_EXCHANGES', unknown))
    else overrides.push(...exchangeOverrides(ids, 'CROSSBOOK_EXCHANGES'))
  }
  if (env.CROSSBOOK_PORT) {
    overrides.push({ path: ['gateway', 'port'], value: scalarOf(env.CROSSBOOK_PORT), source: 'CROSSBOOK_PORT' })
  }
  return overrides
}

/** Of a variable. What is no YAML (`@host`, `[a`) is the text itself, which is then judged as any other. */
function scalarOf(text: string): Json {
  try {
    return parse(text) as Json
  } catch {
    return text
  }
}

export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const unknownExchange = (where: string, ids: readonly string[]): string =>
  `${where}: unknown exchange ${ids.map((id) => `"${id}"`).join(', ')}; known are ${exchangeIds.join(', ')}, and those of plugins, such as x-acme`

const exchangeOverrides = (enabled: readonly string[], source: string): Override[] =>
  [...new Set([...exchangeIds, ...enabled])].map((id) => ({
    path: ['exchanges', id, 'enabled'],
    value: enabled.includes(id),
    source,
  }))

function flagOverrides(flags: SettingsFlags): Override[] {
  const overrides: Override[] = []
  if (flags.demo !== undefined) {
    overrides.push({ path: ['mode'], value: flags.demo ? 'demo' : 'live', source: '--demo' })
  }
  if (flags.exchanges) overrides.push(...exchangeOverrides(flags.exchanges, '--exchanges'))
  if (flags.symbols) overrides.push({ path: ['symbols'], value: [...flags.symbols], source: '--symbols' })
  if (flags.port !== undefined) overrides.push({ path: ['gateway', 'port'], value: flags.port, source: '--port' })
  if (flags.logLevel !== undefined) {
    overrides.push({ path: ['log', 'level'], value: flags.logLevel, source: '--log-level' })
  }
  return overrides
}

/** Replaces `${NAME}` in every text; a text that is nothing but one variable is read as a YAML scalar (so a port is a number). */
function substitute(value: unknown, env: ConfigOptions['env'], at: readonly string[], fail: Fail): unknown {
  if (typeof value === 'string') {
    const lookUp = (name: string): string => {
      const found = env[name]
      if (found === undefined) fail(at, `names the environment variable ${name}, which is not set`)
      return found ?? ''
    }
    const whole = /^\$\{(\w+)\}$/.exec(value)
    if (whole?.[1] !== undefined) return scalarOf(lookUp(whole[1]))
    return value.replace(/\$\{(\w+)\}/g, (_match, name: string) => lookUp(name))
  }
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, env, [...at, String(i)], fail))
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, env, [...at, key], fail)]),
    )
  }
  return value
}
type Fail = (path: readonly string[], message: string) => void

/** The line on which the key at `path` (or its nearest parent that exists) stands. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      if (pair && isNode(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return null
}

/** A value as an error tells it. Where somebody wrote a password into an address, it goes no further. */
function shownOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.replace(/:(?!\/\/).*@/s, ':…@') : part,
  )
}

/** Whether a connection can be made to this address: `http://host:99999` and `http://100%@host:80` have the form of one, no more. */
function isUsable(address: string): boolean {
  try {
    const { port, username } = new URL(address)
    decodeURIComponent(username)
    return port !== '0'
  } catch {
    return false // Both throw at what they cannot read, and say no more than that.
  }
}

/** Every address in the settings that nothing could connect to. */
function unusableAddresses({ network, redis, exchanges, alerts }: Settings): { path: string[]; address: string }[] {
  const origins = Object.entries(exchanges).flatMap(([id, exchange]) =>
    Object.entries(exchange?.origins ?? {}).map(([origin, address]) => ({
      path: ['exchanges', id, 'origins', origin],
      address,
    })),
  )
  const proxy = network.proxy === null ? [] : [{ path: ['network', 'proxy'], address: network.proxy }]
  const { url } = alerts.webhook
  const webhook = url === null ? [] : [{ path: ['alerts', 'webhook', 'url'], address: url }]
  const all = [...proxy, { path: ['redis', 'url'], address: redis.url }, ...webhook, ...origins]
  return all.filter(({ address }) => !isUsable(address))
}

function describe(issue: z.core.$ZodIssue, root: unknown): { path: PropertyKey[]; text: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], text: 'is not a setting' }))
  }
  if (issue.code === 'invalid_key')
    return [
      {
        path: issue.path,
        text:
          issue.path[0] === 'watchlists'
            ? `= ${shownOf(issue.path.at(-1))}: ${issue.issues[0]?.message}`
            : 'is not a known name',
      },
    ]
  let value: unknown = root
  for (const key of issue.path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined
  const shown = value === undefined ? '' : ` ${shownOf(value)}`
  return [{ path: [...issue.path], text: `=${shown || ' nothing'}: ${issue.message}` }]
}

/** The settings in force, where they come from, and the way to change them. */
export class Config {
  readonly file: string
  settings: Settings
  /** Dotted path -> the flag or variable that holds it. */
  readonly overridden: Readonly<Record<string, string>>
  private readonly overrides: readonly Override[]
  private readonly env: ConfigOptions['env']

  private constructor(file: string, settings: Settings, overrides: readonly Override[], env: ConfigOptions['env']) {
    this.file = file
    this.settings = settings
    this.overrides = overrides
    this.env = env
    this.overridden = Object.fromEntries(overrides.map(({ path, source }) => [path.join('.'), source]))
  }

  /** Reads (or begins) the file. Throws a SettingsError that names each bad key with its line. */
  static open(options: ConfigOptions): Config {
    if (!existsSync(options.file)) {
      if (options.template === null) throw new SettingsError([`${options.file}: there is no such settings file`])
      const { file, template } = options
      onDisk(`cannot write the settings file ${file}`, () => {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, template)
      })
    }
    const problems: string[] = []
    // A later override wins: flags stand after the environment.
    const overrides = [...environmentOverrides(options.env, problems), ...flagOverrides(options.flags)]
    if (problems.length > 0) throw new SettingsError(problems)
    const text = onDisk(`cannot read the settings file ${options.file}`, () => readFileSync(options.file, 'utf8'))
    const settings = read(text, options.file, overrides, options.env)
    return new Config(options.file, settings, overrides, options.env)
  }

  /** The demo, unless the settings say live or configure an exchange. */
  get mode(): 'demo' | 'live' {
    if (this.settings.mode) return this.settings.mode
    return Object.values(this.settings.exchanges).some((exchange) => exchange?.enabled) ? 'live' : 'demo'
  }

  /** As the file says now, which another program (`crossbook keys`) may have changed since. Throws a SettingsError. */
  latest(): Settings {
    return read(this.text(), this.file, this.overrides, this.env)
  }

  /** Checks the changes, writes the file (comments stay), and takes the new settings into force. Throws a SettingsError. */
  update(changes: readonly SettingsChange[]): Settings {
    const text = this.text()
    const document = parseDocument(text)
    // What is wrong with the file as it stands is told with its line: such a document cannot be written.
    if (document.errors.length > 0) read(text, this.file, this.overrides, this.env)
    for (const { path, value } of changes) {
      if (value === null) {
        if (document.hasIn(path)) document.deleteIn(path)
        continue
      }
      ensureMaps(document, path)
      // A plain value keeps the node it replaces, and with it the comment behind it.
      document.setIn(path, typeof value === 'object' ? changedNode(document, document.getIn(path, true), value) : value)
    }
    const next = document.contents === null || String(document).trim() === '{}' ? text : String(document)
    const settings = read(next, this.file, this.overrides, this.env)
    onDisk(`cannot write the settings file ${this.file}`, () => {
      // A link to the file stays one, and who could not read it before cannot afterwards.
      const file = realpathSync(this.file)
      const temporary = `${file}.new`
      writeFileSync(temporary, next, { mode: statSync(file).mode & 0o777, flush: true })
      renameSync(temporary, file)
    })
    this.settings = settings
    return settings
  }

  private text(): string {
    return onDisk(`cannot read the settings file ${this.file}`, () => readFileSync(this.file, 'utf8'))
  }
}

/** A disk that refuses (a file where a folder should be, no permission, full) is the user's to put right: one line. */
function onDisk<T>(problem: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new SettingsError([`${problem}: ${messageOf(error)}`])
  }
}

/** A file with only comments holds no map yet, and `okx:` alone holds null: both become maps, comments kept. */
function ensureMaps(document: Document, path: readonly string[]): void {
  if (!isMap(document.contents)) {
    const comment = document.commentBefore
    const trailing = document.comment
    document.contents = document.createNode({})
    document.commentBefore = comment ?? trailing
    if (comment === null) document.comment = null
  }
  for (let length = 1; length < path.length; length++) {
    const at = path.slice(0, length)
    const node = document.getIn(at, true)
    // One that stands for another (`okx: *usual`) becomes a copy of it, so that the rest of what it says still holds.
    if (isAlias(node)) document.setIn(at, document.createNode(node.toJS(document)))
    if (!isMap(document.getIn(at, true))) document.setIn(at, document.createNode({}))
  }
  // Flow style ({a: 1}) would put everything on one line for a reader.
  visit(document, { Map: (_key, map) => void (map.items.length === 0 && delete map.flow) })
}

/** A list or map as a node: what is in it now already stays the node it is, and with it the comments there. */
function changedNode(document: Document, before: unknown, value: Json): Node {
  if (Array.isArray(value) && isSeq(before)) {
    const left = [...before.items]
    before.items = value.map((item) => {
      const text = JSON.stringify(item)
      const at = left.findIndex((node) => isNode(node) && JSON.stringify(node.toJS(document)) === text)
      return at < 0 ? document.createNode(item) : left.splice(at, 1)[0]
    })
    return before
  }
  if (isRecord(value) && isMap(before)) {
    const keyOf = (key: unknown) => String(isScalar(key) ? key.value : key)
    before.items = before.items.filter(({ key }) => Object.hasOwn(value, keyOf(key)))
    for (const [key, item] of Object.entries(value)) {
      const isPlain = typeof item !== 'object' || item === null
      before.set(key, isPlain ? item : changedNode(document, before.get(key, true), item as Json))
    }
    return before
  }
  return document.createNode(value)
}

function read(text: string, file: string, overrides: readonly Override[], env: ConfigOptions['env']): Settings {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems = document.errors.map(
    (error) => `${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`,
  )
  if (problems.length > 0) throw new SettingsError(problems)
  const fail = (path: readonly PropertyKey[], message: string) => {
    const brought = overrides.findLast((override) => override.path.every((key, i) => key === String(path[i])))
    // What the file does not say can be wrong only beside what a flag or a variable says.
    const held = brought ?? (document.hasIn(path) ? undefined : overrides.find((one) => one.path[0] === path[0]))
    const where = held?.source ?? `${file}:${lineOf(document, lines, path) ?? 1}`
    problems.push(`${where}: ${path.map(String).join('.') || 'the file'} ${message}`)
  }
  const raw: unknown = document.toJS() ?? {}
  const substituted = substitute(raw, env, [], fail)
  const root: Record<string, unknown> = isRecord(substituted) ? substituted : {}
  if (!isRecord(substituted)) fail([], 'must hold keys and values')
  // `okx:` with nothing behind it means "with the defaults".
  if (isRecord(root.exchanges)) {
    for (const [id, value] of Object.entries(root.exchanges)) if (value === null) setIn(root, ['exchanges', id], {})
  }
  // Who names exchanges by a flag names all: a plugin's that stands in the file alone is switched off as well.
  if (overrides.some(({ path }) => path[0] === 'exchanges') && isRecord(root.exchanges)) {
    for (const id of Object.keys(root.exchanges)) {
      if (PluginExchangeId.safeParse(id).success) setIn(root, ['exchanges', id, 'enabled'], false)
    }
  }
  for (const { path, value } of overrides) setIn(root, path, value)
  const parsed = Settings.safeParse(root)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) for (const { path, text } of describe(issue, root)) fail(path, text)
  }
  for (const { path, address } of parsed.success ? unusableAddresses(parsed.data) : []) {
    fail(path, `= ${shownOf(address)}: a host that can be, a port of 1 to 65535, and % in a user's name written as %25`)
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return parsed.data ?? Settings.parse({})
}
