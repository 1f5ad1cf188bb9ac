import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { type ExchangeId, knownExchanges } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { exchangesInUse } from '../settings/changes.ts'

const t = textsOf('shell')

/**
 * From the demo to real exchanges: choose which, then the hub restarts its market with them. Those that are switched on in the settings
 * or have an account there are chosen at first; where nothing says which the trader uses, none is.
 */
export function GoLiveDialog() {
  const { settings: store, shell } = useStores()
  const { overridden, settings } = useStore(store)
  const [chosen, setChosen] = useState<ReadonlySet<ExchangeId>>(() => new Set(settings ? exchangesInUse(settings) : []))
  const whyNot = useId()
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const close = () => shell.getState().show(null)
  const held = overridden.mode
  const known = knownExchanges()
  const isWhole = chosen.size === known.length

  const toggle = (exchange: ExchangeId) =>
    setChosen((before) => {
      const next = new Set(before)
      if (!next.delete(exchange)) next.add(exchange)
      return next
    })

  const goLive = async () => {
    setBusy(true)
    const refused = await store
      .getState()
      .update([
        ...known.map((exchange) => ({ path: ['exchanges', exchange, 'enabled'], value: chosen.has(exchange) })),
        { path: ['mode'], value: 'live' },
      ])
    setBusy(false)
    setProblem(refused)
    if (refused === null) close()
  }

  return (
    <Dialog label={t('goLive.title')} onClose={close} className="w-[28rem]" testId="go-live-dialog">
      <form
        className="flex flex-col gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          void goLive()
        }}
      >
        <h2 className="text-base font-semibold text-strong">{t('goLive.title')}</h2>
        <p>{t('goLive.why')}</p>
        <fieldset className="grid grid-cols-3 gap-1.5">
          <legend className="mb-1 text-muted">{t('goLive.exchanges')}</legend>
          {known.map((exchange) => (
            <label
              key={exchange}
              className="flex h-8 items-center gap-2 rounded border border-line px-2 hover:bg-hover"
            >
              <input
                type="checkbox"
                className="accent-accent"
                checked={chosen.has(exchange)}
                onChange={() => toggle(exchange)}
              />
              {exchangeTitle(exchange)}
            </label>
          ))}
        </fieldset>
        {held === undefined && chosen.size === 0 && (
          <p id={whyNot} className="text-muted" data-testid="go-live-why-not">
            {t('goLive.none')}
          </p>
        )}
        {held !== undefined && <p className="text-warn">{t('goLive.held', { holder: held })}</p>}
        {problem !== null && (
          <p role="alert" className="text-down">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button
            kind="quiet"
            className="mr-auto"
            data-testid="go-live-all"
            onClick={() => setChosen(new Set(isWhole ? [] : known))}
          >
            {t(isWhole ? 'goLive.chooseNone' : 'goLive.chooseAll')}
          </Button>
          <Button onClick={close}>{t('goLive.stay')}</Button>
          <Button
            type="submit"
            kind="primary"
            disabled={isBusy || chosen.size === 0 || held !== undefined}
            aria-describedby={chosen.size === 0 ? whyNot : undefined}
            data-testid="go-live-confirm"
          >
            {t(isBusy ? 'goLive.connecting' : 'goLive.title')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
