import type { HistoryAnswers, HistoryKind, HistoryQuestions, HistoryStorage } from '../history-contract.ts'
import type { ReadJobs } from '../jobs.ts'
import type { WorkerLink } from '../link.ts'
import { createStepAsker } from '../steps.ts'
import type { HistoryAnswer, HistoryQuestion } from './jobs.ts'

export function createHistoryAsker(reader: Pick<WorkerLink<ReadJobs>, 'call'>): HistoryStorage {
  const ask = createStepAsker<HistoryQuestion, HistoryAnswer>(
    'history',
    (request) => reader.call('historyStep', request),
    (number) => reader.call('historyForget', number),
  )
  return {
    read: async <K extends HistoryKind>(what: K, question: HistoryQuestions[K], signal?: AbortSignal) =>
      // The thread answers a question with what its kind asks for: both sides are typed by the same table.
      (await ask({ what, question } as HistoryQuestion, signal)) as HistoryAnswers[K],
  }
}
