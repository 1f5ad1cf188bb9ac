import type { HistoryAnswers, HistoryKind, HistoryQuestions } from '../history-contract.ts'
import type { Job } from '../jobs.ts'
import type { StepJob } from '../steps.ts'

export type HistoryQuestion = {
  readonly [K in HistoryKind]: { readonly what: K; readonly question: HistoryQuestions[K] }
}[HistoryKind]

export type HistoryAnswer = HistoryAnswers[HistoryKind]

export type HistoryReadJobs = {
  historyStep: StepJob<HistoryQuestion, HistoryAnswer>
  historyForget: Job<number, null>
}
