import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('orders')

/** `STOP_LOSS_LIMIT` -> `Stop loss limit`: an exchange's own word stays recognisable. */
const sentence = (word: string): string => {
  const lower = word.toLowerCase().replaceAll('_', ' ')
  return `${lower.slice(0, 1).toUpperCase()}${lower.slice(1)}`
}

/** What all exchanges have is said in the reader's language. */
export const orderTypeText = (type: string): string =>
  type === 'MARKET' ? t('types.market') : type === 'LIMIT' ? t('types.limit') : sentence(type)

/** `GTC`, `IOC` and `FOK` are said so; `POST_ONLY` is `Post only`. */
export const timeInForceText = (timeInForce: string | null): string =>
  timeInForce === null ? absent : timeInForce.length <= 3 ? timeInForce : sentence(timeInForce)
