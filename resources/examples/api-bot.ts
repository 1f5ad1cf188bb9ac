/**
 * A bot on Crossbook's local API: takes weight from the shared rate budget, then keeps the best prices of every exchange by WebSocket.
 *
 *   crossbook token create --name my-bot --scopes market
 *   CROSSBOOK_TOKEN=cbk_... node api-bot.ts [SYMBOL] [SECONDS]
 *
 * Needs Node 24 (or tsx) and `npm install ws`.
 */
import { WebSocket } from 'ws'

const base = process.env.CROSSBOOK_URL ?? 'http://127.0.0.1:7373'
const token = process.env.CROSSBOOK_TOKEN ?? ''
const symbol = process.argv[2] ?? 'BTC_USDT'
const seconds = Number(process.argv[3] ?? 10)

/** Prices are decimal text; null while nobody quotes that side, or the feed is down. */
interface Quote {
  readonly event_type: 'book_ticker'
  readonly exchange: string
  readonly symbol: string
  readonly bid_price: string | null
  readonly ask_price: string | null
  readonly is_live: boolean
}
type Message =
  | Quote
  | { readonly type: 'snapshot'; readonly topic: string; readonly data: readonly Quote[] }
  | { readonly type: 'error_response'; readonly code: string; readonly message: string }
  | { readonly type: 'welcome' | 'subscribed' }

const print = (...words: readonly unknown[]) => process.stdout.write(`${words.join(' ')}\n`)

/** Before a call of the bot's own to an exchange: weight from the budget that Crossbook shares, waiting up to two seconds for it. */
async function reserve(exchange: string, pool: string, weight: number): Promise<boolean> {
  const answer = await fetch(`${base}/api/v1/budgets/reserve?wait=2000`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ exchange, pool, weight }),
  })
  const reply = (await answer.json()) as { granted?: boolean; remaining?: number; error?: { message: string } }
  if (reply.error) throw new Error(reply.error.message)
  print('budget', exchange, pool, reply.granted ? 'granted' : 'denied', 'remaining', reply.remaining)
  return reply.granted === true
}

const quotes = new Map<string, Quote>()

function take(quote: Quote): void {
  quotes.set(quote.exchange, quote)
  const live = [...quotes.values()].filter(({ is_live, bid_price, ask_price }) => is_live && bid_price && ask_price)
  const bid = live.toSorted((a, b) => Number(b.bid_price) - Number(a.bid_price))[0]
  const ask = live.toSorted((a, b) => Number(a.ask_price) - Number(b.ask_price))[0]
  if (bid && ask) print(symbol, 'best bid', bid.bid_price, bid.exchange, 'best ask', ask.ask_price, ask.exchange)
}

await reserve('BINANCE', 'spot', 2)
// The token goes in a header (or as the subprotocol token.<token>), never in the address.
const socket = new WebSocket(`${base.replace('http', 'ws')}/api/v1/stream`, {
  headers: { authorization: `Bearer ${token}` },
})
socket.on('open', () =>
  socket.send(JSON.stringify({ type: 'subscribe', id: 1, topics: [`book_ticker:*:${symbol}`], interval_ms: 250 })),
)
socket.on('message', (data) => {
  const message = JSON.parse(data.toString()) as Message
  if ('event_type' in message) take(message)
  else if (message.type === 'snapshot') {
    // Replaces everything held of this topic.
    quotes.clear()
    for (const quote of message.data) take(quote)
  } else if (message.type === 'error_response') print('refused:', message.code, message.message)
})
socket.on('close', (code, reason) => {
  if (code !== 1000) print('closed:', code, reason.toString())
})
setTimeout(() => {
  print('done')
  socket.close(1000)
}, seconds * 1_000)
