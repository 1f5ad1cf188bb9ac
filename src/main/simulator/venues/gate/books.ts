/** Gate's order book channels: `obu`, which begins with the whole book, and `order_book_update`, which is laid over a REST snapshot. */
import { mapLevels } from '../../depth.ts'
import type { SimDepth, SimInstrument, SimLevels } from '../../venue.ts'
import type { Catalogue, Family, Stream } from './channels.ts'
import { amount, contracts, nativeName, price, seconds } from './format.ts'

const all = Number.POSITIVE_INFINITY
/** Of `obu` with 50 and with 400 levels a side, and of `order_book_update`; the simulated books change every 100 ms. */
const obuLevels: Readonly<Record<string, number | undefined>> = { '50': 50, '400': 400 }
const updateSpeed = '100ms'
const updateLevels: Readonly<Record<string, number | undefined>> = { '20': 20, '50': 50, '100': 100 }

/** `ob.BTC_USDT.50`; a name that is not listed is acknowledged and silent. */
export function obuStreams(catalogue: Catalogue, channel: string, payload: readonly string[]): readonly Stream[] {
  return payload.flatMap((name) => {
    const [, pair = '', depth = ''] = /^ob\.(.+)\.(\d+)$/.exec(name) ?? []
    const instrument = catalogue.instruments.get(pair)
    const levels = obuLevels[depth]
    return instrument && levels ? [obuStream(catalogue.family, channel, name, instrument, levels)] : []
  })
}

function obuStream(family: Family, channel: string, name: string, instrument: SimInstrument, levels: number): Stream {
  const size = (quantity: number): string =>
    family === 'spot' ? amount(quantity, instrument) : String(contracts(quantity, instrument, true))
  /** A side without changes is left out. */
  const side = (key: 'b' | 'a', told: SimLevels) =>
    told.length === 0
      ? {}
      : { [key]: mapLevels(told, all, (value, quantity) => [price(value, instrument), size(quantity)]) }
  const result = ({ isSnapshot, previousId, updateId, bids, asks, at }: SimDepth) => ({
    t: at,
    ...(isSnapshot ? { full: true } : {}),
    s: name,
    ...(isSnapshot ? {} : { U: previousId + 1 }),
    u: updateId,
    ...side('b', bids),
    ...side('a', asks),
  })
  return {
    key: `${channel}:${name}`,
    topic: { channel: 'order_book', instrument, levels, snapshotFirst: true, heartbeatMs: null },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'order_book') throw new TypeError(`an event of ${event.channel} on another topic`)
      const { depth } = event
      const told = result(depth)
      // The samples of spot have another order, and no `time`.
      return family === 'spot'
        ? JSON.stringify({ channel, result: told, time_ms: depth.at, event: 'update' })
        : JSON.stringify({ time: seconds(depth.at), time_ms: depth.at, channel, event: 'update', result: told })
    },
  }
}

/** `["BTC_USDT","100ms"]` on spot, `["BTC_USDT","100ms","100"]` on futures; without a first whole book. */
export function updateStreams(
  { family, instruments, decimalSizes }: Catalogue,
  channel: string,
  payload: readonly string[],
): readonly Stream[] | { readonly error: string } {
  const [name = '', speed, depth = '100', ...more] = payload
  const levels = family === 'spot' ? all : updateLevels[depth]
  if (more.length > 0 || (family === 'spot' && payload.length > 2)) return { error: 'too many arguments' }
  if (speed !== updateSpeed) return { error: `invalid interval: ${speed ?? ''}` }
  if (levels === undefined) return { error: `invalid level: ${depth}` }
  const instrument = instruments.get(name)
  if (!instrument) return { error: family === 'spot' ? `unknown currency pair: ${name}` : `unknown contract ${name}` }
  const side = (told: SimLevels) =>
    mapLevels<unknown>(told, all, (value, quantity) =>
      family === 'spot'
        ? [price(value, instrument), amount(quantity, instrument)]
        : { p: price(value, instrument), s: contracts(quantity, instrument, decimalSizes) },
    )
  const result = ({ previousId, updateId, bids, asks, at }: SimDepth) => ({
    t: at,
    ...(family === 'spot' ? { e: 'depthUpdate', E: seconds(at) } : {}),
    s: nativeName(instrument),
    U: previousId + 1,
    u: updateId,
    b: side(bids),
    a: side(asks),
    ...(family === 'spot' ? {} : { l: depth }),
  })
  const topic = { channel: 'order_book', instrument, levels, snapshotFirst: false, heartbeatMs: null } as const
  return [
    {
      key: `${channel}:${payload.join(':')}`,
      topic,
      throttleMs: 0,
      encode(event) {
        if (event.channel !== 'order_book') throw new TypeError(`an event of ${event.channel} on another topic`)
        const { depth: told } = event
        const head = { time: seconds(told.at), time_ms: told.at, channel, event: 'update' }
        return JSON.stringify({ ...head, result: result(told) })
      },
    },
  ]
}
