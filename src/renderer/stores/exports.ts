import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { ExportEstimate, ExportJob, ExportRequest } from '../../shared/data.ts'
import { type ExportForm, firstExportForm, readForm } from './export-form.ts'
import { createListStore, type ListStore } from './list.ts'

/** How large a file of the chosen rows would be. While a newer answer is awaited the one before stays, marked so. */
export interface Estimate {
  readonly known: ExportEstimate | null
  /** Why it could not be estimated. */
  readonly problem: string | null
  readonly isWaiting: boolean
}

export interface Exports {
  /** Newest first. */
  readonly jobs: ListStore<ExportJob>
  /** Where files are written; null until first read. */
  readonly folder: StoreApi<{ readonly folder: string | null }>
  readonly form: StoreApi<ExportForm>
  readonly estimate: StoreApi<Estimate>
  /** Asks for the size of what the form says now, at once; changes of the form ask by themselves while `watch` is on. */
  askEstimate(): void
  /** Follows the form from now on; the returned function ends it. */
  watch(): () => void
}

const estimateAfterMs = 300

export function createExports(api: CrossbookApi): Exports {
  const folder = createStore<{ readonly folder: string | null }>()(() => ({ folder: null }))
  const jobs = createListStore<ExportJob>({
    async read() {
      const reply = await api.call('exports.list', {})
      if (!reply.ok) return reply
      folder.setState({ folder: reply.value.folder })
      return { ok: true, value: { rows: reply.value.jobs, next: null } }
    },
    keyOf: ({ id }) => id,
    compare: (a, b) => b.startedAt - a.startedAt || b.id.localeCompare(a.id, 'en', { numeric: true }),
  })
  const form = createStore<ExportForm>()(() => firstExportForm)
  const estimate = createStore<Estimate>()(() => ({ known: null, problem: null, isWaiting: false }))

  // Answers to a form that has changed since are dropped.
  let asking = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  const cancelTimer = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const ask = async (request: ExportRequest) => {
    const turn = asking
    const reply = await api.call('exports.estimate', request)
    if (turn !== asking) return
    estimate.setState(
      reply.ok
        ? { known: reply.value, problem: null, isWaiting: false }
        : { known: null, problem: reply.message, isWaiting: false },
    )
  }
  const begin = (delayMs: number) => {
    cancelTimer()
    asking++
    if (!readForm(form.getState(), Date.now()).ok) {
      estimate.setState({ known: null, problem: null, isWaiting: false })
      return
    }
    estimate.setState({ isWaiting: true, problem: null })
    timer = setTimeout(() => {
      const reading = readForm(form.getState(), Date.now())
      if (reading.ok) void ask(reading.request)
    }, delayMs)
  }
  const askEstimate = () => begin(0)
  return {
    jobs,
    folder,
    form,
    estimate,
    askEstimate,
    watch() {
      const end = form.subscribe((next, before) => {
        // A file's name changes nothing about its size.
        const isSameChoice = (Object.keys(next) as (keyof ExportForm)[]).every(
          (key) => key === 'fileName' || next[key] === before[key],
        )
        if (!isSameChoice) begin(estimateAfterMs)
      })
      askEstimate()
      return () => {
        end()
        cancelTimer()
        asking++
        estimate.setState({ isWaiting: false })
      }
    },
  }
}
