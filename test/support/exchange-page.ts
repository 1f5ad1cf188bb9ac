/** docs/exchanges.md, made of what the connectors say of themselves. */
import type { AccountConnector } from '../../src/main/exchanges/account-contract.ts'
import type { Connector, Topic } from '../../src/main/exchanges/contract.ts'
import { type BookRules, LevelList } from '../../src/main/exchanges/depth.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { exchangeIds, type MarketKind, type Period, periodMs, periods } from '../../src/shared/domain/index.ts'
import { instrument, lookupOf } from './instruments.ts'

const kindTitles: Readonly<Record<MarketKind, string>> = { spot: 'spot', perpetual: 'perpetuals' }

/** An instrument that a connector may be asked about; none of them is sent anywhere. */
const anyOf = ({ exchange }: Connector, kind: MarketKind) => instrument(exchange, kind, 'BTC', 'USDT', 'BTCUSDT')

const routeOf = (connector: Connector, kind: MarketKind, channel: Topic['channel'], period: Period | null = null) =>
  connector.route({ channel, instrument: anyOf(connector, kind), period })

/** For each kind of market a word, once where all of them have the same one. */
function byKind(connector: Connector, wordsOf: (kind: MarketKind) => string): string {
  const words = connector.kinds.map((kind) => [kindTitles[kind], wordsOf(kind)] as const)
  const [first] = words
  if (first === undefined) return ''
  return words.every(([, text]) => text === first[1])
    ? first[1]
    : words.map(([kind, text]) => `${kind}: ${text}`).join('; ')
}

const streamWord = (connector: Connector, channel: Topic['channel']) =>
  byKind(connector, (kind) => (routeOf(connector, kind, channel) === null ? 'no' : 'stream'))

const quoteWord = (connector: Connector) =>
  byKind(connector, (kind) => {
    const route = routeOf(connector, kind, 'book_ticker')
    if (route === null) return 'no'
    return route.wire === routeOf(connector, kind, 'order_book')?.wire ? 'from the book' : 'stream'
  })

const candleStreams = (connector: Connector) =>
  byKind(connector, (kind) => {
    const wires = periods.map((period) => routeOf(connector, kind, 'kline', period)?.wire)
    if (wires.includes(undefined)) return 'not all by stream'
    const shared = periods.filter((_, at) => wires.indexOf(wires[at]) !== wires.lastIndexOf(wires[at]))
    if (shared.length === 0) return 'all periods'
    return shared.length === periods.length
      ? 'one period, others by REST once they ended'
      : `all periods, ${shared.join(' and ')} in one`
  })

const candleWord = (connector: Connector) => {
  const most = byKind(connector, (kind) => String(connector.klinesPerCall(anyOf(connector, kind), '1m')))
  return `${candleStreams(connector)}; history by REST, so many a call: ${most}`
}

/** A message that leaves a hole behind what the book knows: whether its exchange's rule sees that. */
function seesHoles(rules: BookRules, connector: Connector, kind: MarketKind): boolean {
  const [known, missing, next] = [1_000, 2_000, 3_000]
  const levels = { bids: new LevelList(), asks: new LevelList() }
  const ids = { firstId: next, lastId: next, previousId: missing }
  const times = { exchangeAt: null, receivedAt: 0 }
  const update = { instrument: anyOf(connector, kind), isSnapshot: false, ...ids, ...levels, ...times }
  return rules.follows(update, known, false) === 'gap'
}

/** By what it shows that a message is missing. */
function integrityWord(rules: BookRules, connector: Connector, kind: MarketKind): string {
  if (rules.isAlwaysWhole) return 'whole every time'
  return seesHoles(rules, connector, kind) ? 'numbered' : 'in order of time'
}

const levelsOf = ({ levels }: BookRules): string => (levels === null ? 'all levels' : `${levels} levels`)

const booksOf = (connector: Connector, wordsOf: (rules: BookRules, kind: MarketKind) => string) =>
  byKind(connector, (kind) => {
    const rules = connector.bookRules(kind)
    return rules === null ? 'no' : wordsOf(rules, kind)
  })

const bookWord = (connector: Connector) =>
  booksOf(connector, (rules, kind) => {
    const from = rules.snapshot === null ? 'the stream' : 'REST'
    const check = integrityWord(rules, connector, kind)
    const checksum = rules.checksum === undefined ? '' : ', with a checksum'
    return `${levelsOf(rules)}, snapshot by ${from}, every ${rules.intervalMs} ms, ${check}${checksum}`
  })

function fundingWord(connector: Connector): string {
  if (!connector.kinds.includes('perpetual')) return 'no perpetuals'
  const now = routeOf(connector, 'perpetual', 'funding_rate') === null ? 'REST' : 'stream'
  return connector.settledRates === undefined ? `${now}; no past rates` : `${now}; past rates by REST`
}

const duration = (ms: number): string =>
  ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`

/** Fractions are binary: 0.0007 is not seven of a 10,000th to the last digit, but to the twelfth. */
const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(12))} %`

const feeWord = ({ kinds, fees }: Connector) =>
  kinds
    .map((kind) => `${kindTitles[kind]} ${percent(fees[kind].maker)} maker, ${percent(fees[kind].taker)} taker`)
    .join('; ')

/** Calls for candles that it answers in a second. */
const candleCalls = (connector: Connector) =>
  byKind(connector, (kind) => {
    const of = anyOf(connector, kind)
    const to = (connector.klinesPerCall(of, '1m') - 1) * periodMs['1m']
    const { pool: id, weight } = connector.klines({ instrument: of, period: '1m', from: 0, to, now: to })
    const pool = connector.pools.find((one) => one.id === id)
    return pool === undefined ? '?' : String(Number(((pool.limit / pool.intervalMs / weight) * 1_000).toPrecision(2)))
  })

const topicsWord = ({ feeds }: Connector) => {
  const counts = feeds.map(({ topicsPerSocket }) => topicsPerSocket)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? String(least) : `${least} to ${most}`
}

const accountOf = (connector: Connector): AccountConnector =>
  connector.account.create({
    account: 'page',
    credentials: { key: 'key', secret: Buffer.from('secret').toString('base64'), passphrase: 'passphrase' },
    lookup: lookupOf([]),
  })

const networkWord = ({ assetNetworks }: Connector, account: AccountConnector) => {
  if (assetNetworks !== undefined) return 'public'
  return account.assetNetworks === undefined ? 'not told' : 'to accounts'
}

const yes = (is: boolean): string => (is ? 'yes' : 'no')

/** One line of the first table. */
function overviewOf(connector: Connector): Readonly<Record<string, string>> {
  const account = accountOf(connector)
  const hasFunding = connector.kinds.includes('perpetual')
  return {
    exchange: `[${connector.title}](#${anchorOf(connector.title)})`,
    markets: connector.kinds.map((kind) => kindTitles[kind]).join(', '),
    quotes: quoteWord(connector),
    trades: streamWord(connector, 'trade'),
    candles: candleStreams(connector),
    'order books': booksOf(connector, (rules, kind) => `${levelsOf(rules)}, ${integrityWord(rules, connector, kind)}`),
    checksum: booksOf(connector, (rules) => yes(rules.checksum !== undefined)),
    funding: hasFunding ? fundingWord(connector) : 'none',
    'private streams': account.streams.map(({ id }) => id).join(', ') || 'none: polled',
    history: account.asksPerSymbol ? 'by symbol' : 'all at once',
    'own fees': account.fees === undefined ? 'not told' : 'asked',
    networks: networkWord(connector, account),
    passphrase: yes(connector.account.needsPassphrase),
    limits: `${topicsWord(connector)} topics a socket; candle calls a second: ${candleCalls(connector)}`,
  }
}

function rowsOf(connector: Connector): Readonly<Record<string, string>> {
  const { feeds, pools, origins } = connector
  const account = accountOf(connector)
  return {
    markets: connector.kinds.map((kind) => kindTitles[kind]).join(', '),
    'best bid and ask': quoteWord(connector),
    trades: streamWord(connector, 'trade'),
    candles: candleWord(connector),
    'order books': bookWord(connector),
    'funding rates': fundingWord(connector),
    maintenance: connector.maintenance === undefined ? 'not announced by the API' : 'asked',
    'standard fees': feeWord(connector),
    sockets: feeds
      .map(
        ({ id, topicsPerSocket, lifetimeMs }) =>
          `${id}: ${topicsPerSocket} topics${lifetimeMs === null ? '' : `, renewed within ${duration(lifetimeMs)}`}`,
      )
      .join('; '),
    'request limits': `${pools.length} pools: ${pools
      .slice(0, 4)
      .map(({ id, limit, intervalMs }) => `${id} ${limit} in ${duration(intervalMs)}`)
      .join(', ')}${pools.length > 4 ? ', …' : ''}`,
    wallets: account.wallets.join(', '),
    'private streams': account.streams.map(({ id }) => id).join(', ') || 'none: polled',
    'order and fill history': account.asksPerSymbol ? 'asked symbol by symbol' : 'of all symbols at once',
    'own fee tier': account.fees === undefined ? 'not told' : 'asked',
    'networks of assets': networkWord(connector, account),
    passphrase: yes(connector.account.needsPassphrase),
    'a read-only key': connector.account.keyAdvice,
    addresses: origins.join(', '),
  }
}

/** As GitHub makes them of headings. */
const anchorOf = (title: string): string => title.toLowerCase().replaceAll(/[^\w]+/g, '')

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function overview(): readonly string[] {
  const rows = exchangeIds.map((id) => overviewOf(connectorOf(id)))
  const columns = Object.keys(rows[0] ?? {})
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(Object.values(row)))]
}

const points = (heading: string, texts: readonly string[]): readonly string[] =>
  texts.length === 0 ? [] : ['', `**${heading}**`, '', ...texts.map((text) => `- ${text}`)]

function section(connector: Connector): readonly string[] {
  const table = Object.entries(rowsOf(connector)).map((cells) => line(cells))
  return [
    `## ${connector.title}`,
    '',
    '| | |',
    '|---|---|',
    ...table,
    ...points('What to know', connector.quirks),
    ...points('Not verified', connector.unverified),
    '',
  ]
}

/** The whole page. */
export const exchangesPage = (): string =>
  [
    '# Exchanges',
    '',
    'What Crossbook uses of each exchange, and what to know about it. This page is made of the code: `npm test -- test/main/exchanges/page.test.ts -u` writes it anew.',
    '',
    ...overview(),
    '',
    'Order books: *numbered* messages show that one is missing; those that bear nothing but a time do not, and where one says *whole every time* the next message makes up for it. A checksum of the best levels shows a book that went wrong there, however. *History* is that of orders and fills: where it is answered by symbol, Crossbook asks for those that an account is known to hold or trade.',
    '',
    '*Not verified* is what neither documents nor recorded frames of the exchange settled. Private replies are known of every exchange from its documents, and from no account.',
    '',
    ...exchangeIds.flatMap((id) => section(connectorOf(id))),
  ].join('\n')
