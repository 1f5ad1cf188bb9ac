import type { EpochMs } from '../../shared/domain/index.ts'
import type { Storage } from '../storage/contract.ts'
import type { LastGap, StoredGap } from '../storage/market-contract.ts'
import { replacedKey } from '../storage/restore.ts'
import type { Reason } from './gap-log.ts'

/** What the file holds of earlier runs, as far as a new one goes on from it. */
export interface RecordedBefore {
  /** The last run did not end cleanly. */
  readonly wasUnclean: boolean
  /** Why nothing was recorded between the last run and this one. */
  readonly away: Reason
  readonly lastGapId: number
  /** Time of the newest stored snapshot row, by instrument id. */
  readonly newestSnapshots: ReadonlyMap<number, EpochMs>
  /** The latest end of a stored gap of quotes, by instrument id. */
  readonly quoteGapEnds: ReadonlyMap<number, EpochMs>
  /** The same of public trades. */
  readonly tradeGapEnds: ReadonlyMap<number, EpochMs>
  /** By instrument id: the newest gap of its order book, where that is over. */
  readonly lastBookGaps: ReadonlyMap<number, LastGap>
  /** The last run could not tell what is missing since `at`, when it last recorded; null: it told. */
  readonly cutShort: { readonly at: EpochMs; readonly reason: Reason } | null
  /** Gaps of quotes, trades and order books that were not over. */
  readonly openGaps: readonly StoredGap[]
  /** By gap id: rows flowed again from then on, though the run ended before the gap's end was stored. */
  readonly resumedAt: ReadonlyMap<number, EpochMs>
}

export const nothingRecordedBefore: RecordedBefore = {
  wasUnclean: false,
  away: { cause: 'shutdown', detail: '' },
  lastGapId: 0,
  newestSnapshots: new Map(),
  quoteGapEnds: new Map(),
  tradeGapEnds: new Map(),
  lastBookGaps: new Map(),
  cutShort: null,
  openGaps: [],
  resumedAt: new Map(),
}

/** Only gaps that are not over reach into a time that far ahead. */
const farAhead = 8.64e15

/** In `meta`: which Crossbook wrote last. */
const versionKey = 'crossbook_version'

/**
 * Asks before anything is recorded, and notes that it is `version` that records now. What was recorded after `programStartedAt` is of this
 * program: its market was started anew. Rejects with a StorageError.
 */
export async function recordedBefore(
  storage: Storage,
  version: string,
  programStartedAt: EpochMs = Number.POSITIVE_INFINITY,
): Promise<RecordedBefore> {
  const { marketRows, wasUnclean } = storage
  const openEnded = { instrumentId: null, from: farAhead, to: null, limit: 1_000_000 }
  const [lastGapId, newestSnapshots, quoteGapEnds, tradeGapEnds, lastBookGaps, unfinished] = await Promise.all([
    marketRows.lastGapId(),
    marketRows.newestSnapshots(),
    marketRows.gapEnds('book_ticker'),
    marketRows.gapEnds('trade'),
    marketRows.lastGaps('order_book'),
    marketRows.gaps(openEnded),
  ])
  const replaced = (await storage.meta(replacedKey)) ?? ''
  const now = Date.now()
  const isSameProgram = [...newestSnapshots.values()].some((newest) => newest > programStartedAt && newest <= now)
  const away: Reason =
    replaced === ''
      ? awayReason(wasUnclean, isSameProgram, await storage.meta(versionKey), version)
      : { cause: 'storage', detail: replaced }
  await storage.setMeta(versionKey, version)
  if (replaced !== '') await storage.setMeta(replacedKey, '')
  // Runs that ended could not know yet that an update was the reason.
  const openGaps = unfinished
    .filter(({ kind }) => kind !== 'kline')
    .map((gap) => (gap.cause === 'shutdown' && away.cause === 'update' ? { ...gap, ...away } : gap))
  const resumedAt = new Map<number, EpochMs>()
  for (const { id, instrumentId, kind, from } of openGaps) {
    const newest = newestSnapshots.get(instrumentId)
    if (kind !== 'book_ticker' || newest === undefined || newest < from) continue
    resumedAt.set(id, (await marketRows.firstSnapshot(instrumentId, from)) ?? newest)
  }
  const past = [...newestSnapshots.values()].filter((newest) => newest <= now)
  const at = Math.max(0, ...past.map((newest) => newest + 1_000))
  const cutShort = wasUnclean || replaced !== '' ? { at, reason: away } : null
  return {
    ...{ wasUnclean, away, lastGapId, newestSnapshots, quoteGapEnds, tradeGapEnds, lastBookGaps, cutShort },
    ...{ openGaps, resumedAt },
  }
}

const startedAnew: Reason = {
  cause: 'shutdown',
  detail: 'the exchanges were started anew while Crossbook ran, as some changes of settings ask for',
}

function awayReason(wasUnclean: boolean, isSameProgram: boolean, previous: string | null, version: string): Reason {
  if (wasUnclean) return { cause: 'crash', detail: '' }
  if (isSameProgram) return startedAnew
  if (previous === null || previous === version) return { cause: 'shutdown', detail: '' }
  return { cause: 'update', detail: `from ${previous} to ${version}` }
}
