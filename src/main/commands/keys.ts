/** `crossbook keys`: accounts on a machine without a screen. Secrets are typed unseen or piped in, never given as arguments. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { BuiltInExchangeId } from '../../shared/domain/index.ts'
import { exchangeTitle, type KeyPermissions } from '../../shared/domain/index.ts'
import { KeyRing } from '../account/keys.ts'
import {
  AccountError,
  type AccountKeeper,
  addAccount,
  removeAccount,
  testKey,
  unknownAccount,
} from '../account/manage.ts'
import type { Config } from '../config.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { KeychainError, keychainProblem } from '../keychain.ts'
import { createLogger } from '../log.ts'
import { dataDirOf } from '../paths.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'

export interface KeysFlags {
  readonly config?: string
  readonly data?: string
}
export interface AddFlags extends KeysFlags {
  readonly exchange: BuiltInExchangeId
  readonly label: string
  readonly allowWithdrawals?: boolean
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

function open(flags: KeysFlags): { config: Config; keeper: AccountKeeper } {
  const config = openConfig(dataDirOf(flags.data, process.env), flags.config, {})
  const keeper = {
    get settings() {
      return config.latest()
    },
    update: async (changes: Parameters<AccountKeeper['update']>[0]) => {
      config.update(changes)
    },
    logger: createLogger('silent'),
  }
  return { config, keeper }
}

/** What is the user's to put right becomes one line. */
async function plainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AccountError || error instanceof KeychainError) throw new CommandError(error.message)
    throw error
  }
}

export async function addKey(flags: AddFlags): Promise<void> {
  const { keeper, config } = open(flags)
  const { needsPassphrase, keyAdvice } = connectorOf(flags.exchange).account
  const title = exchangeTitle(flags.exchange)
  if (process.stdin.isTTY && keyAdvice !== '') say(keyAdvice)
  const [key = '', secret = '', passphrase = ''] = await readSecrets([
    `${title} API key: `,
    'Secret: ',
    ...(needsPassphrase ? ['Passphrase: '] : []),
  ])
  for (const [name, value] of [
    ['key', key],
    ['secret', secret],
    ...(needsPassphrase ? [['passphrase', passphrase]] : []),
  ]) {
    if (value === '')
      throw new CommandError(`${name}: nothing was entered; pipe key, secret and passphrase in as lines, or type them`)
  }
  const { account, permissions } = await plainly(() =>
    addAccount(keeper, {
      exchange: flags.exchange,
      label: flags.label,
      key,
      secret,
      passphrase: needsPassphrase ? passphrase : null,
      allowWithdrawals: flags.allowWithdrawals ?? false,
    }),
  )
  say(`added ${account.id}: ${inWords(permissions)}`)
  for (const note of permissions.notes) say(`  ${note}`)
  say(`settings: ${config.file}; a Crossbook that is running takes the account up at its next start`)
  process.exit(0)
}

export async function listKeys(flags: KeysFlags): Promise<void> {
  const { config } = open(flags)
  const { accounts } = config.settings
  const problem = accounts.some(({ environment }) => !environment) ? await keychainProblem() : null
  const ring = new KeyRing(process.env)
  if (problem !== null) say(problem)
  if (accounts.length === 0) say('no accounts; add one with: crossbook keys add --exchange binance --label Main')
  for (const account of accounts) {
    const source = account.environment ? 'environment' : 'keychain'
    const key = problem !== null && !account.environment ? null : await ring.load(account)
    const state = key === null ? 'keychain out of reach' : key.ok ? 'key found' : key.problem
    say(
      [
        account.id,
        exchangeTitle(account.exchange),
        account.label,
        source,
        account.enabled ? state : 'switched off',
      ].join('\t'),
    )
  }
  process.exit(0)
}

export async function removeKey(id: string, flags: KeysFlags): Promise<void> {
  const { keeper } = open(flags)
  await plainly(() => removeAccount(keeper, id))
  say(`removed ${id}; what was stored of it stays in the database`)
  process.exit(0)
}

export async function testKeys(id: string | undefined, flags: KeysFlags): Promise<void> {
  const { keeper } = open(flags)
  const { accounts } = keeper.settings
  const chosen = accounts.filter((account) => id === undefined || account.id === id)
  if (id !== undefined && chosen.length === 0) throw new CommandError(unknownAccount(keeper.settings, id).message)
  if (chosen.length === 0) say('no accounts')
  const ring = new KeyRing(process.env)
  let failed = false
  for (const account of chosen) {
    const found = await ring.load(account)
    const tested = found.ok
      ? await testKey(keeper.settings, { exchange: account.exchange, ...found.credentials }, keeper.logger)
      : null
    const problem = found.ok ? (tested?.problem ?? null) : found.problem
    failed ||= problem !== null
    say(
      `${problem === null ? 'ok  ' : 'FAIL'} ${account.id}: ${tested?.permissions ? inWords(tested.permissions) : problem}`,
    )
    for (const note of tested?.permissions?.notes ?? []) say(`     ${note}`)
  }
  process.exit(failed ? 1 : 0)
}

function inWords({ canRead, canTrade, canWithdraw, ipRestricted, expiresAt }: KeyPermissions): string {
  const may = (what: string, allowed: boolean | null) =>
    allowed === null ? `${what} not told` : allowed ? `can ${what}` : `cannot ${what}`
  const parts = [may('read', canRead), may('trade', canTrade), may('withdraw', canWithdraw)]
  if (ipRestricted !== null) parts.push(ipRestricted ? 'bound to addresses' : 'open to any address')
  if (expiresAt !== null) parts.push(`expires ${new Date(expiresAt).toISOString().slice(0, 10)}`)
  return parts.join(', ')
}

/** On a terminal each is asked for and typed unseen; else they are the first lines of standard input. */
async function readSecrets(questions: readonly string[]): Promise<string[]> {
  const answers: string[] = []
  if (!process.stdin.isTTY) {
    for await (const line of createInterface({ input: process.stdin })) {
      answers.push(line.trim())
      if (answers.length === questions.length) break
    }
    return answers
  }
  for (const question of questions) {
    process.stderr.write(question)
    const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
    const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true })
    answers.push((await terminal.question('')).trim())
    terminal.close()
    process.stderr.write('\n')
  }
  return answers
}
