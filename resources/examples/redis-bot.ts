/**
 * A bot on Crossbook's Redis bridge: first the fills it missed while it was away, then every fill and quote as it comes.
 *
 *     npm install ioredis
 *     node redis-bot.ts --redis redis://127.0.0.1:6379 --symbol BTC_USDT      (Node 22.18 or newer runs TypeScript as it is)
 *
 * Fills are read from their stream, never from the channel: the stream still has them after a crash of the bot, the file `--state`
 * remembers how far it came. Quotes are heard on the channel: an old one is worth nothing.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'

const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    prefix: { type: 'string', default: 'crossbook' },
    symbol: { type: 'string', default: 'BTC_USDT' },
    state: { type: 'string', default: 'redis-bot.state.json' },
    /** End after so many quotes; 0: never. */
    quotes: { type: 'string', default: '0' },
  },
})

interface Fill {
  readonly version: number
  readonly exchange: string
  readonly symbol: string
  readonly side: 'BUY' | 'SELL'
  readonly price: string
  readonly quantity: string
  readonly is_completion: boolean
}

interface Quote {
  readonly version: number
  readonly exchange: string
  readonly symbol: string
  readonly bid_price: string | null
  readonly ask_price: string | null
  readonly is_live: boolean
}

interface State {
  /** Of the last fill that was handled. */
  lastId: string
  /** Its sequence number, by sender. */
  readonly sequences: Record<string, number>
}

function checked<T extends { readonly version: number }>(text: string): T {
  const message: T = JSON.parse(text)
  if (message.version !== 1) throw new Error(`this bot understands version 1, not ${message.version}`)
  return message
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function onFill(fill: Fill): void {
  // A completion only adds the fee or the profit to a fill that came before.
  const word = fill.is_completion ? 'completed' : 'fill'
  say(`${word} ${fill.exchange} ${fill.side} ${fill.quantity} ${fill.symbol} at ${fill.price}`)
}

function onQuote({ exchange, symbol, is_live, bid_price, ask_price }: Quote): void {
  say(`quote ${exchange} ${symbol} ${is_live ? `${bid_price} / ${ask_price}` : 'is down'}`)
}

const stream = `${values.prefix}:stream:fill`
const state: State = existsSync(values.state)
  ? JSON.parse(readFileSync(values.state, 'utf8'))
  : { lastId: '0-0', sequences: {} }

function saveState(): void {
  writeFileSync(`${values.state}.new`, JSON.stringify(state))
  renameSync(`${values.state}.new`, values.state)
}

const isLater = (id: string, other: string): boolean => {
  const [ms = 0, number = 0] = id.split('-').map(Number)
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && number > otherNumber)
}

// The password, if there is one, belongs into the environment, not into the command line.
const password = process.env.REDIS_PASSWORD
const options = { maxRetriesPerRequest: null, ...(password ? { password } : {}) }
const reader = new Redis(values.redis, options)
const subscriber = new Redis(values.redis, options)
for (const client of [reader, subscriber]) {
  // ioredis connects again by itself.
  client.on('error', (error) => process.stderr.write(`Redis is away, trying again: ${error.message}\n`))
}

const [oldest] = await reader.xrange(stream, '-', '+', 'COUNT', 1)
if (oldest && state.lastId !== '0-0' && isLater(oldest[0], state.lastId)) {
  say('away for too long: some fills may no longer be in the stream')
}

let quotes = 0
let ended = false
subscriber.on('pmessage', (_pattern, _channel, text) => {
  if (ended) return
  onQuote(checked<Quote>(text))
  quotes += 1
  ended = quotes === Number(values.quotes)
})
await subscriber.psubscribe(`${values.prefix}:book_ticker:*:${values.symbol}`)

while (!ended) {
  const news = await reader.xread('COUNT', 1_000, 'BLOCK', 200, 'STREAMS', stream, state.lastId)
  for (const [, entries] of news ?? []) {
    for (const [id, fields] of entries) {
      const field = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
      const sequence = Number(field('sequence'))
      // Crossbook stores each fill once; a server restored from an older copy may still show one again.
      if (sequence > (state.sequences[field('sender')] ?? 0)) {
        onFill(checked<Fill>(field('message')))
        state.sequences[field('sender')] = sequence
      }
      state.lastId = id
    }
    saveState()
  }
}
reader.disconnect()
subscriber.disconnect()
