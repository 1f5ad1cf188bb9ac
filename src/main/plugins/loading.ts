/** A plugin's module, run for the first time: is what it exports a connector at all? Only in the plugin's own process. */
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { PluginExchangeId } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { Connector, Normalizer } from '../exchanges/contract.ts'
import { connectorKit, type PluginConnector } from './published.ts'

const aFunction = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'not a function')
const aList = z.array(z.unknown())

/** That everything is there; what its functions return is checked where it is used. */
const Shape = z.object({
  exchange: z.string(),
  title: z.string(),
  kinds: aList,
  origins: aList,
  fees: z.object({}),
  feeds: aList.min(1),
  route: aFunction,
  createNormalizer: aFunction,
  bookRules: aFunction,
  dialect: z.object({ usage: aFunction, failure: aFunction }),
  pools: aList.min(1),
  serverTime: aFunction,
  instruments: aFunction,
  klinesPerCall: aFunction,
  klines: aFunction,
  fundingRates: aFunction,
})

const isConnector = (value: unknown): value is PluginConnector => Shape.safeParse(value).success

function problemOf(value: unknown): string {
  const issue = Shape.safeParse(value).error?.issues[0]
  return `${issue?.path.map(String).join('.') || 'its default export'}: ${issue?.message ?? 'not a connector'}`
}

/** Throws where it cannot be used. */
export async function loadConnector(entry: string, exchange: PluginExchangeId): Promise<Connector> {
  const module: unknown = await import(pathToFileURL(entry).href)
  const exported: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  const plugin: unknown = typeof exported === 'function' ? exported(connectorKit) : exported
  if (!isConnector(plugin)) throw new Error(problemOf(plugin))
  if (plugin.exchange !== exchange) throw new Error(`it is for ${plugin.exchange}, not for ${exchange}`)
  return connectorOf(plugin)
}

/** As a session wants it: with no private side, and with a reader whose throw is a frame that was not understood. */
function connectorOf(plugin: PluginConnector): Connector {
  const { exchange, title, kinds, origins, fees, feeds, dialect, pools } = plugin
  return {
    exchange,
    title,
    kinds,
    origins,
    fees,
    feeds,
    dialect,
    pools,
    account: noAccount(exchange),
    quirks: [],
    unverified: [],
    route: (topic) => plugin.route(topic),
    createNormalizer: (feed, lookup) => guarded(plugin.createNormalizer(feed, lookup)),
    bookRules: (kind) => plugin.bookRules(kind),
    serverTime: () => plugin.serverTime(),
    instruments: () => plugin.instruments(),
    klinesPerCall: (instrument, period) => plugin.klinesPerCall(instrument, period),
    klines: (range) => plugin.klines(range),
    fundingRates: (instruments) => plugin.fundingRates(instruments),
    ...(plugin.feedAddress === undefined ? {} : { feedAddress: (feed: string) => plugin.feedAddress?.(feed) ?? null }),
    ...(plugin.maintenance === undefined ? {} : { maintenance: plugin.maintenance.bind(plugin) }),
  }
}

export const noAccount = (exchange: PluginExchangeId): Connector['account'] => ({
  needsPassphrase: false,
  keyAdvice: '',
  create: () => {
    throw new Error(`${exchange} is a plugin's: it has no accounts`)
  },
})

function guarded(normalize: Normalizer): Normalizer {
  return (data, isBinary, receivedAt) => {
    try {
      return normalize(data, isBinary, receivedAt)
    } catch (error) {
      return { kind: 'rejected', reason: 'value', detail: `its reader threw: ${messageOf(error)}` }
    }
  }
}
