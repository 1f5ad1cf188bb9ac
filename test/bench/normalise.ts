/**
 * What it costs to turn a frame's bytes into events, beside JSON.parse of the same strings in the same process. Each channel runs
 * in a process of its own, with two inputs: the frames as they are, over and over (V8 remembers short strings it has seen, which
 * flatters JSON.parse), and the same frames with fresh digits in every number.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Normalizer } from '../../src/main/exchanges/contract.ts'
import { channelOf, normalizerOf, readFrames, type Source, sources } from './frames.ts'
import type { CaseResult } from './normalise-case.ts'
import type { Row, Table } from './table.ts'

interface Input {
  readonly title: string
  readonly folder: string
}
/** Recorded frames are of 2021 and 2022; documented ones have the fields of today, and so has the depth made of recorded levels. */
const ownInputs: readonly Input[] = [
  { title: 'recorded', folder: join(import.meta.dirname, '../fixtures/recordings') },
  { title: 'documented', folder: join(import.meta.dirname, '../fixtures/documented') },
  { title: 'depth', folder: join(import.meta.dirname, '../fixtures/depth') },
]

interface Counted {
  readonly row: Row
  /** Channels that have events, in the order they appear. */
  readonly channels: readonly string[]
}

function count(path: string, source: Source): Counted {
  const normalizers = new Map<string, Normalizer>()
  const channels = new Set<string>()
  const rejected: Record<string, number> = {}
  const frames = readFrames(path)
  let events = 0
  let control = 0
  for (const frame of frames) {
    const channel = channelOf(source, frame)
    const normalize = normalizers.get(channel) ?? normalizerOf(source, channel)
    normalizers.set(channel, normalize)
    const result = normalize(frame.bytes, frame.isBinary, 0)
    if (result.kind === 'events') {
      events += result.events.length
      channels.add(channel)
    } else if (result.kind === 'depth') {
      events++
      channels.add(channel)
    } else if (result.kind === 'control') control++
    else rejected[result.reason] = (rejected[result.reason] ?? 0) + 1
  }
  const reasons = Object.entries(rejected).map(([reason, times]) => `${reason} ${times}`)
  return {
    row: { frames: frames.length, events, control, rejected: reasons.join(', ') || 'none' },
    channels: [...channels],
  }
}

function timeAlone(path: string, name: string, channel: string): CaseResult {
  const script = join(import.meta.dirname, 'normalise-case.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, script, path, name, channel], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`bench of ${name} ${channel}: ${stderr}`)
  return JSON.parse(stdout)
}

export async function benchNormalise(framesDir?: string): Promise<readonly Table[]> {
  const inputs = framesDir === undefined ? ownInputs : [{ title: framesDir, folder: framesDir }]
  const counts: Row[] = []
  const speeds: Row[] = []
  for (const { title, folder } of inputs) {
    if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`)
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith('.ndjson')) continue
      const name = basename(file, '.ndjson')
      const path = join(folder, file)
      const source = sources[name]
      if (!source) {
        counts.push({ input: title, file: name, frames: 0, events: 0, control: 0, rejected: 'no connector for it yet' })
        continue
      }
      const { row, channels } = count(path, source)
      counts.push({ input: title, file: name, ...row })
      for (const channel of channels) {
        const { frames, bytes, asRecorded, withFresh } = timeAlone(path, name, channel)
        speeds.push({
          input: title,
          file: name,
          channel,
          frames,
          bytes,
          'parse ns': Math.round(asRecorded.parse),
          'normalise ns': Math.round(asRecorded.ours),
          ratio: asRecorded.ratio,
          'fresh parse ns': Math.round(withFresh.parse),
          'fresh normalise ns': Math.round(withFresh.ours),
          'fresh ratio': withFresh.ratio,
        })
      }
    }
  }
  return [
    { title: 'Frames: what they became', rows: counts },
    {
      title:
        'Bytes to events, beside JSON.parse of the same strings (lower quintiles of 100 rounds; of MEXC its JSON form)',
      rows: speeds,
    },
  ]
}
