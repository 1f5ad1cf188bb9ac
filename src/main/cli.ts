/** The headless door and the command line: parse arguments, build the hub, open the door, shut down in reverse order. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { TokenScope } from '../shared/bots.ts'
import { exportFormats, exportSubjects } from '../shared/data.ts'
import {
  type BuiltInExchangeId,
  ExchangeId,
  exchangeIds,
  GapKind,
  isBuiltIn,
  PluginExchangeId,
  periods,
} from '../shared/domain/index.ts'
import { createBackup, listBackups, restoreFrom } from './commands/backup.ts'
import { CommandError } from './commands/command-error.ts'
import { type ContinuityFlags, showContinuity } from './commands/continuity.ts'
import { doctor } from './commands/doctor.ts'
import { exportRows, parseTime } from './commands/export.ts'
import { addKey, listKeys, removeKey, testKeys } from './commands/keys.ts'
import { link } from './commands/link.ts'
import { rebuildRows } from './commands/rebuild.ts'
import { record } from './commands/record.ts'
import { beginAnew, salvageFile } from './commands/salvage.ts'
import { serve } from './commands/serve.ts'
import { simulate } from './commands/simulate.ts'
import { createToken, listTokens, revokeToken } from './commands/token.ts'
import { SettingsError, splitList } from './config.ts'
import { DataFolderError } from './data-folder.ts'
import { SimulatorError } from './simulator/index.ts'
import { version } from './version.ts'

/** Bad flags and settings: one clear line, exit 2. */
const usageExit = 2

const port = (text: string): number => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('a port is a whole number from 0 to 65535.')
  return value
}
const wholeNumber =
  (name: string, from: number, to: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to) {
      throw new InvalidArgumentError(`${name} is a whole number from ${from} to ${to}.`)
    }
    return value
  }
const exchanges = (text: string): ExchangeId[] => {
  const wanted = splitList(text)
  const unknown = wanted.filter((id) => !ExchangeId.safeParse(id).success)
  if (unknown.length > 0 || wanted.length === 0) {
    throw new InvalidArgumentError(
      `unknown exchange ${unknown.map((id) => `"${id}"`).join(', ')}; known are ${exchangeIds.join(', ')}, and those of plugins, such as x-acme.`,
    )
  }
  const ofPlugins = wanted.flatMap((id) => PluginExchangeId.safeParse(id).data ?? [])
  return [...exchangeIds.filter((id) => wanted.includes(id)), ...new Set(ofPlugins)]
}
const oneExchange = (text: string): ExchangeId => {
  const [exchange, ...more] = exchanges(text)
  if (exchange === undefined || more.length > 0) {
    throw new InvalidArgumentError('a recording is of one exchange: its frames do not tell whose they are.')
  }
  if (!isBuiltIn(exchange)) throw new InvalidArgumentError('frames of a plugin are not recorded.')
  return exchange
}
const oneAccountExchange = (text: string): BuiltInExchangeId => {
  const [exchange, ...more] = exchanges(text)
  if (exchange === undefined || more.length > 0) throw new InvalidArgumentError('a key belongs to one exchange.')
  if (!isBuiltIn(exchange)) throw new InvalidArgumentError('an exchange of a plugin has no accounts here.')
  return exchange
}
const label = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > 40) throw new InvalidArgumentError('a label has 1 to 40 characters.')
  return trimmed
}
const tokenName = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > 60) throw new InvalidArgumentError('a name has 1 to 60 characters.')
  return trimmed
}
const tokenScopes = TokenScope.options
const scopes = (text: string): TokenScope[] => {
  const wanted = splitList(text)
  const unknown = wanted.filter((scope) => !tokenScopes.some((known) => known === scope))
  if (unknown.length > 0 || wanted.length === 0) {
    const named = unknown.map((scope) => `"${scope}"`).join(', ')
    throw new InvalidArgumentError(`unknown scope ${named}; known are ${tokenScopes.join(', ')}.`)
  }
  return tokenScopes.filter((scope) => wanted.includes(scope))
}
const symbols = (text: string): string[] => {
  const list = splitList(text)
  const bad = list.filter((symbol) => !/^[^\s_]+_[^\s_]+(_PERP)?$/.test(symbol))
  if (bad.length > 0 || list.length === 0) {
    throw new InvalidArgumentError(`"${bad.join(', ')}" is no symbol; they look like BTC_USDT or BTC_USDT_PERP.`)
  }
  return list
}
/** Also assets, which balances and transfers are filtered by. */
const symbolsOrAssets = (text: string): string[] => {
  const list = splitList(text)
  const bad = list.filter((name) => !/^[^\s_]{1,30}(_[^\s_]+(_PERP)?)?$/.test(name))
  if (bad.length > 0 || list.length === 0) {
    throw new InvalidArgumentError(`"${bad.join(', ')}" is no symbol such as BTC_USDT, nor an asset such as BTC.`)
  }
  return list
}
/** One moment for all flags: `--from 400d` is no millisecond more than 400 days before a `--to` that is not given. */
const now = Date.now()
const time = (text: string): number => {
  const at = parseTime(text, now)
  if (at !== null) return at
  throw new InvalidArgumentError(
    'a time is 2026-11-21, 2026-11-21T10:00:00Z, epoch milliseconds, or 24h or 7d for so long ago.',
  )
}
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
const logLevel = () => new Option('--log-level <level>', 'how much to log').choices(levels)
const data = () => new Option('--data <dir>', 'data folder, instead of the platform’s own')
const config = () => new Option('--config <file>', 'settings file, instead of crossbook.yaml in the data folder')

const program = new Command('crossbook')
  .description('Watches your markets on several exchanges. It never places orders.')
  .version(version)
  .showSuggestionAfterError(false)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'crossbook: ')) })

program
  .command('serve')
  .description('run without a window: the local API, and the same interface for a browser')
  .addOption(config())
  .addOption(data())
  .option('--demo', 'use the built-in simulated exchanges')
  .option('--exchanges <a,b>', `only these exchanges: ${exchangeIds.join(', ')}`, exchanges)
  .option('--symbols <a,b>', 'watch these symbols, such as BTC_USDT,ETH_USDT_PERP', symbols)
  .option('--port <n>', 'port to listen at, 0 for any free one', port)
  .option('--dry-run', 'write nothing to the database')
  .addOption(logLevel())
  .action(serve)

program
  .command('simulate')
  .description('run the exchange simulator alone, for our connectors or any other client of these exchanges')
  .option('--port <n>', 'first port on 127.0.0.1, 0 for any free ones', port, 0)
  .option('--seed <n>', 'the same seed gives the same market', wholeNumber('the seed', 0, 2 ** 31 - 1), 1)
  .option('--venues <a,b>', `only these exchanges: ${exchangeIds.join(', ')}`, exchanges)
  .option('--symbols <a,b>', 'list these symbols', symbols)
  .option('--rate <n>', 'messages a second over all venues', wholeNumber('the rate', 1, 50_000), 600)
  .option('--faults <file>', 'faults to inject (docs/simulator.md)')
  .option('--orders-per-minute <n>', 'what each account’s own trader places', wholeNumber('the orders', 0, 10_000), 6)
  .option('--no-history', 'accounts begin empty, without a past')
  .addOption(logLevel())
  .action(simulate)

program
  .command('record')
  .description('store the raw frames of a live or simulated exchange as a fixture')
  .requiredOption('--exchange <id>', `one of ${exchangeIds.join(', ')}`, oneExchange)
  .option('--symbols <a,b>', 'symbols to subscribe to', symbols, ['BTC_USDT'])
  .option('--seconds <n>', 'how long', wholeNumber('the duration', 1, 86_400), 30)
  .option('--demo', 'record the built-in simulator instead of the real exchange')
  .addOption(config())
  .addOption(data())
  .requiredOption('--out <file>', 'file to write, one frame a line')
  .addOption(logLevel())
  .action(record)

program
  .command('rebuild')
  .description('make a fresh database from kept raw frames, and tell what differs from what was stored')
  .requiredOption('--from <time>', 'from this time on', time)
  .option('--to <time>', 'up to this time (default: now)', time)
  .option('--exchange <a,b>', `only these exchanges: ${exchangeIds.join(', ')}`, exchanges)
  .option('--out <file>', 'the database to make (default: rebuilt-<from>.db here)')
  .option('--raw <dir>', 'folder of raw frames, instead of the one in the settings')
  .option('--json', 'print the report as JSON')
  .option('--demo', 'of the demo’s data')
  .addOption(config())
  .addOption(data())
  .addHelpText('after', '\nExit code 3: some rows differ. docs/raw-frames.md says more.')
  .action(rebuildRows)

program
  .command('export')
  .description('write stored rows to a file or a pipe, also while Crossbook runs (docs/exports.md)')
  .addOption(new Option('--what <rows>', 'which rows; a copy of the whole database needs none').choices(exportSubjects))
  .option('--exchange <a,b>', `only of these exchanges: ${exchangeIds.join(', ')}`, exchanges)
  .option('--symbol <a,b>', 'only of these symbols; of balances and transfers: assets', symbolsOrAssets)
  .addOption(new Option('--period <period>', 'only candles of this length').choices(periods))
  .option('--from <time>', '2026-11-21, 2026-11-21T10:00:00Z (UTC), epoch ms, or 24h: 24 hours ago', time)
  .option('--to <time>', 'up to, but without, this time; the same forms', time)
  .addOption(new Option('--format <format>', 'what the ending of --out does not tell').choices(exportFormats))
  .requiredOption('--out <file>', 'file to write; - is standard output (csv and jsonl)')
  .option('--force', 'write over a file that is there')
  .option('--demo', 'the demo’s data')
  .addOption(config())
  .addOption(data())
  .action(exportRows)

program
  .command('continuity')
  .description('how whole the recording is: rows expected, held and missing by instrument and day, with causes')
  .option(
    '--from <time>',
    '2026-11-21, 2026-11-21T10:00:00Z (UTC), epoch ms, or 24h: 24 hours ago; 7d unless given',
    time,
  )
  .option('--to <time>', 'up to, but without, this time; the same forms; now unless given', time)
  .addOption(new Option('--kind <kind>', 'what').choices(GapKind.options).default('book_ticker'))
  .addOption(new Option('--period <period>', 'of kline; 1m unless given').choices(periods))
  .option('--exchange <a,b>', `only of these exchanges: ${exchangeIds.join(', ')}`, exchanges)
  .option('--symbol <a,b>', 'only these symbols; those watched unless given', symbols)
  .option('--json', 'as JSON')
  .option('--demo', 'the demo’s data')
  .addOption(config())
  .addOption(data())
  .action((flags: ContinuityFlags) => showContinuity(flags, now))

program
  .command('doctor')
  .description('check this machine: Node, data folder, database, keychain, clock, each exchange')
  .addOption(config())
  .addOption(data())
  .action(doctor)

const keys = program
  .command('keys')
  .description('accounts and their API keys, kept in the keychain of this machine')
  .helpCommand(false)
keys
  .command('add')
  .description('ask for a key and its secret (or read them as lines from standard input), test them, keep them')
  .requiredOption('--exchange <id>', `one of ${exchangeIds.join(', ')}`, oneAccountExchange)
  .requiredOption('--label <name>', 'what to call the account', label)
  .option('--allow-withdrawals', 'keep the key even if it can withdraw')
  .addOption(config())
  .addOption(data())
  .action(addKey)
keys
  .command('list')
  .description('list the accounts, and whether their keys are found')
  .addOption(config())
  .addOption(data())
  .action(listKeys)
keys
  .command('test')
  .description('ask the exchanges what the keys may do')
  .argument('[id]', 'only this account')
  .addOption(config())
  .addOption(data())
  .action(testKeys)
keys
  .command('remove')
  .description('delete an account’s key from the keychain, and the account from the settings')
  .argument('<id>')
  .addOption(config())
  .addOption(data())
  .action(removeKey)

const backup = program
  .command('backup')
  .description('verified copies of the database, made also while Crossbook runs')
  .helpCommand(false)
backup
  .command('create')
  .description('copy the database, and check the copy')
  .option('--demo', 'the demo’s database')
  .addOption(config())
  .addOption(data())
  .action(createBackup)
backup
  .command('list')
  .description('list the backups, newest first')
  .option('--demo', 'the demo’s database')
  .addOption(config())
  .addOption(data())
  .action(listBackups)
backup
  .command('restore')
  .description('put a backup in the database’s place; what was there is kept beside it')
  .argument('<name>')
  .option('--demo', 'the demo’s database')
  .addOption(config())
  .addOption(data())
  .action(restoreFrom)
backup
  .command('salvage')
  .description('read what can be read of a damaged database into a fresh one; the damaged one is kept')
  .argument('[file]', 'the damaged file; not given: the database in use')
  .option('--out <file>', 'where to write; not given: in the place of the database')
  .option('--demo', 'the demo’s database')
  .addOption(config())
  .addOption(data())
  .action(salvageFile)
backup
  .command('begin-anew')
  .description('keep the database under another name, so that the next start begins a new one')
  .option('--demo', 'the demo’s database')
  .addOption(config())
  .addOption(data())
  .action(beginAnew)

const tokens = program
  .command('token')
  .description('tokens that let your own programs use the local API')
  .helpCommand(false)
tokens
  .command('create')
  .description('make a token and print it, this once')
  .requiredOption('--name <name>', 'what it is for', tokenName)
  .option('--scopes <a,b>', `what it may read: ${tokenScopes.join(', ')}`, scopes, ['market'])
  .addOption(data())
  .action(createToken)
tokens.command('list').description('list the tokens, never the tokens themselves').addOption(data()).action(listTokens)
tokens
  .command('revoke')
  .description('take a token back; its connections end at once')
  .argument('<id>')
  .addOption(data())
  .action(revokeToken)

program
  .command('link')
  .description('print a one-time address that signs a browser in to the Crossbook that is serving')
  .addOption(data())
  .action(link)

// The library's own answers an unknown command with the whole help.
program
  .helpCommand(false)
  .command('help')
  .description('display help for a command')
  .argument('[command]')
  .action((name?: string) => {
    const known = name === undefined ? program : program.commands.find((command) => command.name() === name)
    if (known) known.outputHelp()
    else program.error(`error: unknown command '${name}'`)
  })

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : usageExit
  else if (error instanceof SettingsError) {
    for (const problem of error.problems) process.stderr.write(`crossbook: ${problem}\n`)
    process.exitCode = usageExit
  } else if (error instanceof DataFolderError || error instanceof CommandError || error instanceof SimulatorError) {
    process.stderr.write(`crossbook: ${error.message}\n`)
    process.exitCode = error instanceof SimulatorError ? usageExit : 1
  } else {
    process.stderr.write(`crossbook: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 1
  }
}
