import { z } from 'zod'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const DocumentedPush = z.object({
  name: z.string(),
  origin: z.enum(['vector', 'encoded']),
  hex: z.string(),
  json: z.record(z.string(), z.unknown()),
})

/** The documented pushes of test/fixtures/mexc/ws_documented.jsonl. */
export const documented = readFrames('mexc/ws_documented.jsonl').map((line) => {
  const { name, origin, hex, json } = DocumentedPush.parse(JSON.parse(line.toString()))
  return { name, origin, frame: Buffer.from(hex, 'hex'), json }
})

export function documentedFrame(name: string): Buffer {
  const push = documented.find((candidate) => candidate.name === name)
  if (!push) throw new Error(`no documented push ${name}`)
  return push.frame
}

export const bitcoin = instrument('mexc', 'spot', 'BTC', 'USDT', 'BTCUSDT')
export const lookup = lookupOf([bitcoin])
