/** Where each exchange's samples lie under test/fixtures, and which of their texts name its instruments. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuiltInExchangeId, MarketKind } from '../../src/shared/domain/index.ts'
import { readFrames } from '../support/frames.ts'

export interface Samples {
  /** Files of frames by the feed or private stream that they came of. */
  readonly public: Readonly<Record<string, readonly string[]>>
  readonly private: Readonly<Record<string, readonly string[]>>
  /** Bodies of replies as the documentation shows them, of whatever path: any call may be answered with them. */
  replies(): readonly unknown[]
  /** Instruments that a text of a frame may name. */
  namesIn(text: string): readonly (readonly [MarketKind, name: string])[]
  /** Quantities of perpetuals count contracts, so that they must be multiplied out. */
  readonly countsContracts: boolean
  /** Names of an instrument of each kind, for replies that are of one. */
  readonly usual: readonly string[]
}

const repliesIn = (file: string): readonly unknown[] =>
  Object.values(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures', file), 'utf8')))
const repliesInAll =
  (...files: readonly string[]) =>
  () =>
    files.flatMap(repliesIn)

/** Longer texts are none. */
const longestName = 24
const isName = (text: string): boolean =>
  text.length <= longestName && /^[A-Z0-9]+(?:[_-][A-Z0-9]+)*$/.test(text) && /[A-Z]{3}/.test(text)
/** Where both kinds share their names. */
const bothKinds = (name: string) =>
  isName(name)
    ? ([
        ['spot', name],
        ['perpetual', name],
      ] as const)
    : []
/** Where the name of a perpetual says what it is. */
const byEnding = (ending: string) => (name: string) =>
  isName(name) ? ([[name.endsWith(ending) ? 'perpetual' : 'spot', name]] as const) : []
const spotOnly = (name: string) => (isName(name) ? ([['spot', name]] as const) : [])

/** An exchange without samples does not compile. */
export const samples: Readonly<Record<BuiltInExchangeId, Samples>> = {
  binance: {
    public: {
      spot: ['recordings/BINANCE.ndjson', 'documented/BINANCE.ndjson', 'binance/ws_spot.ndjson'],
      'perpetual-public': [
        'recordings/BINANCE_FUTURES.ndjson',
        'documented/BINANCE_FUTURES.ndjson',
        'depth/BINANCE_FUTURES.ndjson',
      ],
    },
    private: { spot: ['binance/account_ws_spot.ndjson'], futures: ['binance/account_ws_perpetual.ndjson'] },
    replies: () => readFrames('binance/account_rest.ndjson').map((line): unknown => JSON.parse(String(line)).body),
    namesIn: bothKinds,
    countsContracts: false,
    usual: ['BTCUSDT'],
  },
  okx: {
    public: {
      public: ['recordings/OKX.ndjson', 'documented/OKX.ndjson', 'depth/OKX.ndjson', 'okx/documented.ndjson'],
    },
    private: { private: ['okx/ws_private.ndjson'] },
    replies: repliesInAll('okx/rest_private.json'),
    namesIn: byEnding('-SWAP'),
    countsContracts: true,
    usual: ['BTC-USDT', 'BTC-USDT-SWAP'],
  },
  gate: {
    public: {
      spot: [
        'recordings/GATEIO.ndjson',
        'documented/GATEIO.ndjson',
        'depth/GATEIO.ndjson',
        'gate/ws_documented.ndjson',
      ],
      perpetual: ['documented/GATEIO.ndjson', 'depth/GATEIO.ndjson', 'gate/ws_documented.ndjson'],
    },
    private: { spot: ['gate/account_ws.ndjson'], futures: ['gate/account_ws.ndjson'] },
    replies: repliesInAll('gate/account_rest.json', 'gate/rest_documented.json'),
    namesIn: (text) => bothKinds(text.replace(/^(?:ob\.|\d+[mhd]_)/, '').replace(/\.(?:50|400)$/, '')),
    countsContracts: true,
    usual: ['BTC_USDT'],
  },
  mexc: {
    public: { spot: ['documented/MEXC.ndjson', 'depth/MEXC.ndjson', 'mexc/ws_answers.jsonl'] },
    private: {},
    replies: repliesInAll('mexc/rest_private.json'),
    namesIn: spotOnly,
    countsContracts: false,
    usual: ['BTCUSDT'],
  },
  bybit: {
    public: { spot: ['documented/BYBIT.ndjson'], linear: ['documented/BYBIT.ndjson'] },
    private: { private: ['bybit/ws_private.ndjson'] },
    replies: repliesInAll('bybit/rest_public.json', 'bybit/rest_private.json'),
    namesIn: bothKinds,
    countsContracts: false,
    usual: ['BTCUSDT'],
  },
  coinbase: {
    public: { market: ['coinbase/ws_market.ndjson'], trades: ['recordings/COINBASE.ndjson'] },
    private: { user: ['coinbase/ws_user.ndjson'] },
    replies: repliesInAll('coinbase/rest_public.json', 'coinbase/rest_private.json'),
    namesIn: spotOnly,
    countsContracts: false,
    usual: ['BTC-USDT'],
  },
  kraken: {
    public: { public: ['documented/KRAKEN.ndjson', 'kraken/ws_documented.ndjson', 'kraken/ws_book.ndjson'] },
    private: { private: ['kraken/ws_private.ndjson'] },
    replies: repliesInAll('kraken/rest_private.json', 'kraken/rest_documented.json'),
    namesIn: (text) => (/^[A-Z0-9]{2,12}\/[A-Z0-9]{2,12}$/.test(text) ? [['spot', text]] : []),
    countsContracts: false,
    usual: ['BTC/USDT'],
  },
  kucoin: {
    public: {
      spot: ['recordings/KUCOIN.ndjson', 'documented/KUCOIN.ndjson', 'kucoin/ws_replies.ndjson'],
      perpetual: ['documented/KUCOIN.ndjson'],
    },
    private: { spot: ['kucoin/account_ws.ndjson'], futures: ['kucoin/account_ws.ndjson'] },
    replies: repliesInAll('kucoin/rest_private.json'),
    namesIn: bothKinds,
    countsContracts: true,
    usual: ['BTC-USDT', 'XBTUSDTM'],
  },
  htx: {
    public: {
      spot: ['recordings/HUOBI.ndjson', 'documented/HTX.ndjson'],
      'spot-books': ['documented/HTX.ndjson'],
      perpetual: ['documented/HTX.ndjson'],
      'perpetual-funding': ['documented/HTX.ndjson'],
    },
    private: { spot: ['htx/ws_private.ndjson'], futures: ['htx/ws_private.ndjson'] },
    replies: repliesInAll('htx/rest_documented.json'),
    namesIn(text) {
      const name = /^(?:market|public|orders|trade\.clearing)[.#]([A-Za-z0-9-]+)/.exec(text)?.[1] ?? text
      if (/^[A-Z0-9]+-USDT$/.test(name)) return [['perpetual', name]]
      return /^[a-z0-9]{5,24}$/.test(name) ? [['spot', name]] : []
    },
    countsContracts: true,
    usual: ['btcusdt', 'BTC-USDT'],
  },
  bitfinex: {
    public: { public: ['recordings/BITFINEX.ndjson', 'documented/BITFINEX.ndjson'] },
    private: { private: ['bitfinex/ws_private.ndjson'] },
    replies: repliesInAll('bitfinex/rest_lists.json', 'bitfinex/rest_private.json'),
    namesIn(text) {
      // keys of candles and states are of several parts
      const name = /t[A-Z0-9]{2,}(?::[A-Z0-9]+)?$/.exec(text)?.[0]
      return name === undefined ? [] : [[name.includes('F0:') ? 'perpetual' : 'spot', name]]
    },
    countsContracts: false,
    usual: ['tBTCUST', 'tBTCF0:USTF0'],
  },
  cryptocom: {
    public: { market: ['documented/CRYPTOCOM.ndjson'] },
    private: { user: ['cryptocom/ws_user.ndjson'] },
    replies: repliesInAll('cryptocom/rest_public.json', 'cryptocom/rest_private.json'),
    namesIn: byEnding('-PERP'),
    countsContracts: false,
    usual: ['BTC_USDT', 'BTCUSD-PERP'],
  },
}
