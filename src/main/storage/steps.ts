/** Long readings in short steps, so that other reads come between them, and so that one which nobody waits for any more ends. */
import { StorageError } from './error.ts'
import type { Job } from './jobs.ts'

/** Works on a question for a moment; asked again with the same number until there is an answer. The question comes the first time. */
export type StepJob<Question, Answer> = Job<
  { readonly number: number; readonly question: Question | null },
  { readonly answer: Answer | null }
>

/** Other reads wait no longer than this, or one slice of rows. */
const stepMs = 30

/** The thread's side. `begin` yields wherever it may be interrupted; an answer is never null. */
export function createStepReader<Question, Answer>(begin: (question: Question) => Generator<void, Answer>) {
  const underWay = new Map<number, Generator<void, Answer>>()
  return {
    step: ({ number, question }: StepJob<Question, Answer>['request']): StepJob<Question, Answer>['reply'] => {
      const work = question === null ? underWay.get(number) : begin(question)
      if (work === undefined)
        throw new StorageError('stopped', 'the storage reader was started again meanwhile: ask again')
      underWay.set(number, work)
      try {
        const until = performance.now() + stepMs
        do {
          const { done, value } = work.next()
          if (done !== true) continue
          underWay.delete(number)
          return { answer: value }
        } while (performance.now() < until)
        return { answer: null }
      } catch (error) {
        underWay.delete(number)
        throw error
      }
    },
    /** Forgets a question that nobody waits for any more. */
    forget: (number: number): null => {
      underWay.delete(number)
      return null
    },
  }
}

/** This side: rejects with a StorageError, also (`stopped`) where the signal ended it. `name` is said then. */
export function createStepAsker<Question, Answer>(
  name: string,
  step: (request: StepJob<Question, Answer>['request']) => Promise<StepJob<Question, Answer>['reply']>,
  forget: (number: number) => Promise<null>,
) {
  let lastNumber = 0
  return async (question: Question, signal?: AbortSignal): Promise<Answer> => {
    const number = ++lastNumber
    for (let asked: Question | null = question; ; asked = null) {
      const { answer } = await step({ number, question: asked })
      if (signal?.aborted === true) {
        if (answer === null) await forget(number)
        throw new StorageError('stopped', `${name}: cancelled`)
      }
      if (answer !== null) return answer
    }
  }
}
