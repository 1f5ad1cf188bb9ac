import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { knownExchanges } from '../../shared/domain/index.ts'
import type { NodeForPlugins, PluginStatus } from '../../shared/plugins.ts'
import { createBus } from '../bus/index.ts'
import { databaseFile } from '../data-folder.ts'
import { messageOf } from '../errors.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { ExchangeSession, type MarketSession } from '../exchanges/session.ts'
import { freeBytesOf, sizeText } from '../files.ts'
import { keychainProblem } from '../keychain.ts'
import { createLogger } from '../log.ts'
import { loadProxy } from '../net/proxy-password.ts'
import { publicProxy } from '../net/tunnel.ts'
import { dataDirOf } from '../paths.ts'
import { Plugins } from '../plugins/index.ts'
import { wordsOfNode } from '../plugins/node.ts'
import { PluginSession } from '../plugins/session.ts'
import { checkDatabase } from '../storage/check.ts'
import { openConfig } from './open-config.ts'

interface Finding {
  readonly state: 'ok' | 'warn' | 'fail'
  readonly text: string
}

const ok = (text: string): Finding => ({ state: 'ok', text })
/** Worth knowing, but Crossbook works. */
const warn = (text: string): Finding => ({ state: 'warn', text })
const fail = (text: string): Finding => ({ state: 'fail', text })

const freeBytesWanted = 1e9
/** Exchanges refuse signed requests that are further off than this. */
const clockToleranceMs = 1_000

/** One line per check, exit 1 where something is wrong, with what to do. */
export async function doctor(flags: { config?: string; data?: string }): Promise<void> {
  const dataDir = dataDirOf(flags.data, process.env)
  let failed = false
  const tell = (name: string, { state, text }: Finding) => {
    failed ||= state === 'fail'
    process.stdout.write(`${{ ok: 'ok  ', warn: 'warn', fail: 'FAIL' }[state]} ${name}: ${text}\n`)
  }
  tell('node', checkNode())
  tell('data folder', checkDataFolder(dataDir))
  const file = databaseFile(dataDir)
  tell(
    'database',
    existsSync(file)
      ? await checkDatabase(file).then(({ problem, summary }) => (problem ? fail(problem) : ok(summary)))
      : ok('none yet; it is made at the first start'),
  )
  const keychain = await keychainProblem()
  tell('keychain', keychain === null ? ok('works') : warn(keychain))
  const config = openConfig(dataDir, flags.config, {})
  tell('settings', ok(config.file))
  const offsets: number[] = []
  const { proxy } = await loadProxy(config.settings.network.proxy, process.env)
  if (proxy !== null) tell('proxy', ok(publicProxy(proxy.url)))
  const plugins = new Plugins(config.file)
  plugins.use(config.settings)
  if (config.settings.pluginNode !== null || plugins.list().length > 0) tell('node of plugins', nodeFinding(plugins))
  for (const plugin of plugins.list()) tell(`plugin ${plugin.package}`, pluginFinding(plugin))
  const exchanges = knownExchanges().filter((id) => config.settings.exchanges[id]?.enabled ?? true)
  for (const exchange of exchanges) {
    const shared = {
      network: { watch: null, proxy: () => proxy },
      origins: config.settings.exchanges[exchange]?.origins ?? {},
      bus: createBus(() => undefined),
      logger: createLogger('silent'),
    }
    const plugin = plugins.of(exchange)
    const session: MarketSession =
      plugin === undefined
        ? new ExchangeSession({ ...shared, connector: connectorOf(exchange) })
        : new PluginSession({ ...shared, plugin, onTopics: ignore, onDepth: ignore, onDoubt: ignore })
    if (plugin !== undefined) session.start()
    const measured = await session.measureClock()
    if (measured.ok) {
      offsets.push(measured.value.offsetMs)
      tell(exchange, ok(`reachable, ${Math.round(measured.value.roundTripMs)} ms`))
    } else {
      const trouble = session.status().trouble
      // What is wrong with this machine's way out says itself what to do.
      const words =
        trouble?.kind === 'network'
          ? trouble.words
          : `${measured.failure.message}; check the network, a proxy, or whether the exchange serves your country`
      tell(exchange, fail(words))
    }
    await session.stop()
  }
  const worst = offsets.reduce((most, offset) => (Math.abs(offset) > Math.abs(most) ? offset : most), 0)
  if (offsets.length === 0) tell('clock', warn('not measured: no exchange answered'))
  else if (Math.abs(worst) > clockToleranceMs) {
    tell(
      'clock',
      fail(`this machine is ${Math.round(-worst)} ms off the exchanges' clocks: switch on time synchronisation`),
    )
  } else tell('clock', ok(`within ${Math.abs(Math.round(worst))} ms of the exchanges' clocks`))
  process.exit(failed ? 1 : 0)
}

const ignore = (): void => undefined

function nodeFinding({ node }: { readonly node: NodeForPlugins }): Finding {
  return node.fault === null ? ok(wordsOfNode(node)) : fail(wordsOfNode(node))
}

function pluginFinding({ exchange, title, allowed, problem }: PluginStatus): Finding {
  if (problem !== null) return allowed ? fail(problem) : warn(problem)
  return allowed
    ? ok(`${title}, allowed as ${exchange}`)
    : warn(`${title} is there and not allowed: it is loaded when its entry in the settings says allowed: true`)
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fits = major > 22 || (major === 22 && minor >= 14)
  return fits
    ? ok(process.version)
    : fail(`${process.version} is too old for the database: run \`npm ci\`, which brings Node 24`)
}

function checkDataFolder(dataDir: string): Finding {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK)
    const free = freeBytesOf(dataDir)
    const shown = `${dataDir}, ${sizeText(free)} free`
    return free < freeBytesWanted ? fail(`${shown}: make room, or use another folder with --data`) : ok(shown)
  } catch (error) {
    return fail(`${dataDir}: ${messageOf(error)}; choose another with --data`)
  }
}
