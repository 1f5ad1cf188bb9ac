import type { RedisStatus } from '../../shared/bots.ts'
import type { RecorderStatus } from '../../shared/contract.ts'
import type { ExchangeStatus } from '../../shared/domain/index.ts'

export interface Readiness {
  readonly ready: boolean
  /** In words, whether they keep it from being ready or only less than whole. No address, path, account or key is in them. */
  readonly problems: string[]
}

export interface ReadinessSource {
  /** The hub's start has ended. */
  readonly isStarted: boolean
  /** Nothing is to be recorded (a dry run). */
  readonly isRecordingOff: boolean
  readonly recorder: Pick<RecorderStatus, 'recording'>
  readonly connections: readonly Pick<ExchangeStatus, 'exchange' | 'state'>[]
  readonly redis: Pick<RedisStatus, 'state'>
}

const words: Readonly<Record<ExchangeStatus['state'], string>> = {
  connecting: 'is connecting',
  live: 'is live',
  silent: 'is silent',
  waiting: 'is down and waits for the next attempt',
  open_circuit: 'is down after repeated failure (open circuit)',
  stopped: 'is stopped',
}

/**
 * Ready: started, recording (or meant not to), and at least one exchange live. Less than that is named; so is what is not whole
 * while the rest serves: another exchange, Redis. Without a single exchange switched on there is nothing to wait for, and
 * nothing to serve either: not ready.
 */
export function readinessOf({ isStarted, isRecordingOff, recorder, connections, redis }: ReadinessSource): Readiness {
  if (!isStarted) return { ready: false, problems: ['the hub is starting'] }
  const problems: string[] = []
  const isStored = recorder.recording || isRecordingOff
  if (!isStored) problems.push('nothing is recorded; the log says why')
  const isLive = connections.some(({ state }) => state === 'live')
  if (connections.length === 0) problems.push('no exchange is switched on')
  for (const { exchange, state } of connections) if (state !== 'live') problems.push(`${exchange} ${words[state]}`)
  if (redis.state === 'waiting' || redis.state === 'connecting') problems.push('Redis is not connected')
  return { ready: isStored && isLive, problems }
}
