import { z } from 'zod'

/** Every exchange Crossbook knows. Adding one adds its id and title here and its line in `main/exchanges/registry.ts`. */
export const exchangeIds = [
  'binance',
  'okx',
  'gate',
  'mexc',
  'bybit',
  'coinbase',
  'kraken',
  'kucoin',
  'htx',
  'bitfinex',
  'cryptocom',
] as const
export const BuiltInExchangeId = z.enum(exchangeIds)
export type BuiltInExchangeId = z.infer<typeof BuiltInExchangeId>

/** Of an exchange that a plugin adds: `x-acme`. */
export const PluginExchangeId = z.templateLiteral(['x-', z.string().regex(/^[a-z0-9]{2,20}$/)], {
  error: 'x- and 2 to 20 small letters or digits, such as x-acme',
})
export type PluginExchangeId = z.infer<typeof PluginExchangeId>

export const ExchangeId = z.union([BuiltInExchangeId, PluginExchangeId], {
  error: `expected one of ${exchangeIds.join(', ')}, or a plugin's exchange such as x-acme`,
})
export type ExchangeId = z.infer<typeof ExchangeId>

/** The demo's, until others are chosen: all of them cost a laptop most of a core, these a third of it. */
export const demoExchangeIds: readonly BuiltInExchangeId[] = exchangeIds.slice(0, 6)

export const isBuiltIn = (exchange: ExchangeId): exchange is BuiltInExchangeId => !exchange.startsWith('x-')

/** As people write them. */
const titles: Readonly<Record<BuiltInExchangeId, string>> = {
  binance: 'Binance',
  okx: 'OKX',
  gate: 'Gate',
  mexc: 'MEXC',
  bybit: 'Bybit',
  coinbase: 'Coinbase',
  kraken: 'Kraken',
  kucoin: 'KuCoin',
  htx: 'HTX',
  bitfinex: 'Bitfinex',
  cryptocom: 'Crypto.com',
}

/** As other programs write them (TradingView), in small letters, where that is another word than the id. */
export const otherExchangeNames: Readonly<Record<string, ExchangeId>> = { gateio: 'gate', okex: 'okx', huobi: 'htx' }

/** An exchange of a plugin, as settings and the plugin name it. */
export const PluginExchange = z.object({ exchange: PluginExchangeId, title: z.string().min(1).max(40) })
export type PluginExchange = z.infer<typeof PluginExchange>

let pluginExchanges: readonly PluginExchange[] = []

/** What plugins add to the exchanges of this process: told once its settings are read, and again whenever a plugin is allowed or withdrawn. */
export function setPluginExchanges(exchanges: readonly PluginExchange[]): void {
  pluginExchanges = exchanges
}

/** Every exchange there is: the built-in ones, then those of the plugins in force. */
export const knownExchanges = (): readonly ExchangeId[] => [
  ...exchangeIds,
  ...pluginExchanges.map(({ exchange }) => exchange),
]

/** As people write it; that of a plugin that is not in force is its id. */
export const exchangeTitle = (exchange: ExchangeId): string =>
  isBuiltIn(exchange)
    ? titles[exchange]
    : (pluginExchanges.find((plugin) => plugin.exchange === exchange)?.title ?? exchange.toUpperCase())

/** Maker and taker fee as fractions of notional (0.001 is 0.1 %); a negative fee is a rebate. */
export const FeeRates = z.strictObject({ maker: z.number().min(-0.01).max(0.1), taker: z.number().min(-0.01).max(0.1) })
export type FeeRates = z.infer<typeof FeeRates>
