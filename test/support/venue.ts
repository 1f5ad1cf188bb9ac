import { noAccount } from '../../src/main/simulator/account/none.ts'
import type { CreateVenue, SimEvent, SimInstrument, VenueReply } from '../../src/main/simulator/venue.ts'
import type { EpochMs, ExchangeId, Period } from '../../src/shared/domain/index.ts'

/** A REST origin and a WebSocket origin, as `createPlainVenue` announces them. */
export const plainOrigins = (exchange: ExchangeId) => ({
  rest: `https://rest.${exchange}.example`,
  stream: `wss://stream.${exchange}.example:9443`,
})

/**
 * The smallest venue: it speaks the simulator's own words as JSON, so that tests of the simulator need no exchange's protocol.
 *
 * REST   GET /time, /quote, /klines?symbol&period&from&to, /trades?symbol&limit, /throw
 * Stream {"subscribe":"quotes|trades|1m|...","symbol":"BTC_USDT","throttle":0} is acknowledged with {"ack":key}; events come as they
 *        are. {"unsubscribe":key}, {"close":code}, {"every":ms} (then {"beat":n}), {"ping":payload} (then {"pong":payload}), {"throw":true}, {"break":true} (events throw),
 *        {"flood":n} (n frames of 1 MiB).
 *        /refused refuses the upgrade with 403; /greeting sends {"hello":true} at once.
 */
export const createPlainVenue =
  (exchange: ExchangeId, kinds: readonly ('spot' | 'perpetual')[] = ['spot', 'perpetual']): CreateVenue =>
  (market) => {
    const origins = plainOrigins(exchange)
    const instrumentOf = (symbol: string | null): SimInstrument | undefined =>
      market.instruments.find((instrument) => instrument.symbol === symbol)
    const bodyOf = (path: string, query: URLSearchParams): unknown => {
      if (path === '/time') return { now: market.now() }
      if (path === '/throw') throw new Error('this venue has a bug')
      const instrument = instrumentOf(query.get('symbol'))
      if (!instrument) return undefined
      if (path === '/quote') return market.quote(instrument)
      if (path === '/trades') return market.trades(instrument, Number(query.get('limit')))
      const [from, to] = [Number(query.get('from')), Number(query.get('to'))] satisfies [EpochMs, EpochMs]
      if (path === '/klines') return market.klines(instrument, periodOf(query.get('period')), from, to)
      return undefined
    }
    return {
      exchange,
      origins: [origins.rest, origins.stream],
      kinds,
      accountRules: noAccount(exchange, Date.now).rules,
      contractSize: () => 1,
      rest: ({ path, query }): VenueReply => {
        const body = bodyOf(path, query)
        return body === undefined ? { status: 404, body: 'Not Found' } : { status: 200, body }
      },
      accept: (peer, request) => {
        if (request.path === '/refused') return { status: 403, headers: { 'x-why': 'banned' }, body: { code: 403 } }
        const say = (words: unknown): void => peer.send(JSON.stringify(words))
        let isBroken = false
        const encode = (event: SimEvent): string => {
          if (isBroken) throw new Error('this venue has a bug')
          return JSON.stringify(event)
        }
        if (request.path === '/greeting') say({ hello: true })
        let beats = 0
        return {
          onMessage: (text) => {
            const wish: unknown = JSON.parse(text)
            const field = (name: string): unknown =>
              typeof wish === 'object' && wish !== null ? Object.getOwnPropertyDescriptor(wish, name)?.value : undefined
            const [symbol, subscribe] = [String(field('symbol')), field('subscribe')]
            const instrument = instrumentOf(symbol)
            if (typeof subscribe === 'string' && instrument) {
              const key = `${subscribe}@${symbol}`
              const throttleMs = Number(field('throttle') ?? 0)
              if (subscribe === 'quotes')
                peer.subscribe(key, { channel: 'book_ticker', instrument }, encode, throttleMs)
              else if (subscribe === 'trades') peer.subscribe(key, { channel: 'trade', instrument }, encode)
              else peer.subscribe(key, { channel: 'kline', instrument, period: periodOf(subscribe) }, encode)
              say({ ack: key })
            }
            const key = field('unsubscribe')
            if (typeof key === 'string') {
              peer.unsubscribe(key)
              say({ ack: key, left: [...peer.subscriptions] })
            }
            const every = field('every')
            if (typeof every === 'number') peer.every(every, () => say({ beat: ++beats }))
            const code = field('close')
            if (typeof code === 'number') peer.close(code, 'as asked')
            const payload = field('ping')
            if (typeof payload === 'string') peer.ping(payload)
            if (field('break') === true) isBroken = true
            const flood = field('flood')
            if (typeof flood === 'number') for (let n = 0; n < flood; n++) say('x'.repeat(1024 * 1024))
            if (field('throw') === true) throw new Error('this venue has a bug')
          },
          onPong: (payload) => say({ pong: payload }),
        }
      },
    }
  }

function periodOf(text: string | null): Period {
  if (text === '1m' || text === '5m' || text === '15m' || text === '1h' || text === '1d') return text
  throw new Error(`no period: ${text}`)
}
