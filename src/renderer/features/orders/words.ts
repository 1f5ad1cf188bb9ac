import { absent } from '../../format/number.ts'

/** `LIMIT` -> `Limit`, `STOP_LOSS_LIMIT` -> `Stop loss limit`: an exchange's own word stays recognisable. */
const sentence = (word: string): string => {
  const lower = word.toLowerCase().replaceAll('_', ' ')
  return `${lower.slice(0, 1).toUpperCase()}${lower.slice(1)}`
}

export const orderTypeText = (type: string): string => sentence(type)

/** `GTC`, `IOC` and `FOK` are said so; `POST_ONLY` is `Post only`. */
export const timeInForceText = (timeInForce: string | null): string =>
  timeInForce === null ? absent : timeInForce.length <= 3 ? timeInForce : sentence(timeInForce)
