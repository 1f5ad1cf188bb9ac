/** The fake contract's answers about stored data and bots. */
import type { CallReply } from '../../../src/shared/contract.ts'

const unavailable = (): never => {
  throw new Error('not made up here')
}

export const dataAnswers = () => ({
  'klines.latest': (): CallReply<'klines.latest'> => ({ openTime: null }),
  'history.request': unavailable,
  'history.cancel': () => null,
  'gaps.list': (): CallReply<'gaps.list'> => [],
  'exports.estimate': unavailable,
  'exports.start': unavailable,
  'exports.cancel': () => null,
  'exports.list': (): CallReply<'exports.list'> => ({ folder: '/home/trader/exports', jobs: [] }),
  'exports.reveal': () => null,
  'storage.report': unavailable,
  'storage.compact': () => null,
  'backups.list': (): CallReply<'backups.list'> => ({ folder: '/home/trader/backups', backups: [] }),
  'backups.create': unavailable,
  'backups.restore': unavailable,
  'backups.remove': () => null,
  'api.status': unavailable,
  'tokens.list': (): CallReply<'tokens.list'> => [],
  'tokens.create': unavailable,
  'tokens.revoke': () => null,
  'redis.status': unavailable,
  'redis.setPassword': () => null,
  'metrics.screenLatency': () => null,
})
