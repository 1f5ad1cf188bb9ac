/**
 * Best bid and ask read from their bytes, pushes `publicAggreBookTicker` with both sides quoted, as MEXC nearly always sends them;
 * `normalize.ts` judges any push and documents them. Definitions: `protobuf.ts`; a tag is a byte, 1 << 3 | 2 of a text in field 1, and two
 * above field 15. A name with a 0 in it is left to the others, since a 0 is the tag that follows.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { binary, type Declared } from '../layout.ts'
import { decimal, type FindInstrument, instrument, optional, sized, sizedText, text, varint } from '../layout-slots.ts'
import { normalizeBookTicker } from './normalize.ts'

export function readBookTicker(find: FindInstrument): Declared {
  const symbol = instrument(find)
  const sendTime = varint()
  const [bidPrice, bidQuantity, askPrice, askQuantity] = [decimal(), decimal(), decimal(), decimal()]
  const channel = sized(binary`spot@public.aggre.bookTicker.v3.api.pb@${text()}`)
  const bid = binary`\x0a${sized(binary`${bidPrice}`)}\x12${sized(binary`${bidQuantity}`)}`
  const ask = binary`\x1a${sized(binary`${askPrice}`)}"${sized(binary`${askQuantity}`)}`
  const since2026 = optional(binary`*${sizedText()}${optional(binary`0${varint()}`)}`)
  const body = sized(binary`${bid}${ask}${since2026}`)
  const frame = binary`\x0a${channel}\x1a${sized(binary`${symbol}`)}0${sendTime}\xda\x13${body}`
  const become = (receivedAt: EpochMs) => {
    if (symbol.instrument === null || sendTime.digits === 0) return null
    const quote = {
      bidPrice: bidPrice.value,
      bidQuantity: bidQuantity.value,
      askPrice: askPrice.value,
      askQuantity: askQuantity.value,
    }
    const events = normalizeBookTicker(quote, symbol.instrument, sendTime.digits, receivedAt)
    return events && { kind: 'events' as const, events }
  }
  return { frame, become }
}
