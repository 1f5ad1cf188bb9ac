import { useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Portfolio } from '../../../shared/portfolio.ts'
import { accountStates } from '../../format/account-words.ts'
import { formatMoney, formatSignedMoney, formatSignedShare } from '../../format/amount.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatClock } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { Signed } from '../../ui/marks.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { LeavesOut } from './columns.tsx'
import { accountsLeftOut, changeOf } from './rows.ts'

const t = textsOf('balances')

/** A portfolio comes once a second; one this old is not current. */
const oldAfterMs = 10_000
const usualCurrencies = ['USDT', 'USDC', 'BTC', 'ETH']

/** What everything is worth, what became of it since midnight, and what the sum leaves out. */
export function PortfolioHeader({ portfolio, now }: { readonly portfolio: Portfolio; readonly now: number }) {
  const isLinked = useStore(useStores().link, ({ state }) => state === 'open')
  const { currency, total, changeSinceMidnight: change } = portfolio
  const { percent, leftOut } = changeOf(portfolio)
  const isOld = !isLinked || now - portfolio.at > oldAfterMs
  return (
    <header className="flex flex-wrap items-end gap-x-8 gap-y-2 border-b border-line px-3 py-2.5">
      <div>
        <h2 className="text-2xs text-muted">{t('header.total')}</h2>
        <p className="flex items-baseline gap-2">
          <span
            className={classes('text-2xl font-semibold', isOld ? 'text-muted' : 'text-strong')}
            title={`${total} ${currency}`}
            data-testid="portfolio-total"
          >
            {formatMoney(total, currency)}
          </span>
          <CurrencyChoice currency={currency} />
        </p>
      </div>
      <div>
        <h2 className="text-2xs text-muted" title={t('header.changeHint')}>
          {t('header.change')}
        </h2>
        <p className="leading-8" data-testid="portfolio-change">
          {change === null ? (
            <span className="text-muted" title={t('header.changeUnknownWhy')}>
              {t('header.changeUnknown')}
            </span>
          ) : (
            <>
              <Signed amount={change} text={formatSignedMoney(change, currency)} className="text-base font-semibold" />{' '}
              <span className="text-muted">{formatSignedShare(percent)}</span>
              <LeavesOut what={leftOut} why="change" />
            </>
          )}
        </p>
      </div>
      <ul
        className="ml-auto flex max-w-[34rem] flex-col items-end self-center text-right text-2xs"
        aria-label={t('header.notes')}
      >
        {isOld && (
          <li className="text-warn" data-testid="portfolio-old">
            {t('header.old', { time: formatClock(portfolio.at) })}
          </li>
        )}
        <Incomplete portfolio={portfolio} />
      </ul>
    </header>
  )
}

/** One line each for what the total leaves out or takes from old data; a line when there is nothing. */
function Incomplete({ portfolio }: { readonly portfolio: Portfolio }) {
  const { shell, accounts: accountsStore } = useStores()
  const accounts = useStore(accountsStore, (state) => state.accounts)
  const labelOf = useAccountLabels()
  const { missingPrices, stalePrices, rows } = portfolio
  const unconfirmed = [
    ...new Map(
      rows.filter(({ truth }) => truth === 'gap' || truth === 'stale').map((row) => [row.account, row]),
    ).values(),
  ]
  const unread = accountsLeftOut(accounts ?? [], rows)
  if (missingPrices.length === 0 && stalePrices.length === 0 && unconfirmed.length === 0 && unread.length === 0)
    return rows.length === 0 ? null : <li className="text-muted">{t('header.complete')}</li>
  return (
    <>
      {unread.map(({ id, exchange, label, state }) => (
        <li key={id} className="text-warn" data-testid="left-out">
          <Trans
            t={t}
            i18nKey="header.leavesOut"
            values={{ account: `${exchangeTitle(exchange)} ${label}`, state: accountStates[state].within }}
            components={{
              account: <button type="button" className="underline" onClick={() => shell.getState().openAccount(id)} />,
            }}
          />
        </li>
      ))}
      {missingPrices.length > 0 && (
        <li className="text-warn" data-testid="missing-prices" title={missingPrices.join(', ')}>
          {t('header.noPrice', { assets: listed(missingPrices) })}
        </li>
      )}
      {stalePrices.length > 0 && (
        <li className="text-warn" title={stalePrices.join(', ')}>
          {t('header.oldPrice', { assets: listed(stalePrices) })}
        </li>
      )}
      {unconfirmed.map(({ account, exchange }) => (
        <li key={account} className="text-warn">
          <Trans
            t={t}
            i18nKey="header.unconfirmed"
            values={{ account: `${exchangeTitle(exchange)} ${labelOf(account)}` }}
            components={{
              account: (
                <button type="button" className="underline" onClick={() => shell.getState().openAccount(account)} />
              ),
            }}
          />
        </li>
      ))}
    </>
  )
}

const listed = (assets: readonly string[]): string =>
  assets.length <= 4
    ? assets.join(', ')
    : t('header.assets', { assets: assets.slice(0, 3).join(', '), count: assets.length - 3 })

/** Changes the setting; other currencies than these are written on the Settings screen. */
function CurrencyChoice({ currency }: { readonly currency: string }) {
  const { settings, shell } = useStores()
  const holder = useStore(settings, ({ overridden }) => overridden['valuation.currency'] ?? overridden.valuation)
  const [isBusy, setBusy] = useState(false)
  const options = usualCurrencies.includes(currency) ? usualCurrencies : [currency, ...usualCurrencies]
  const choose = async (value: string) => {
    setBusy(true)
    shell.getState().tell(await settings.getState().update([{ path: ['valuation', 'currency'], value }]))
    setBusy(false)
  }
  return (
    <select
      aria-label={t('currency.label')}
      title={holder === undefined ? t('currency.hint') : t('currency.held', { holder })}
      data-testid="valuation-currency"
      className="h-7 rounded border border-line bg-base px-1.5 text-text disabled:opacity-60"
      value={currency}
      disabled={isBusy || holder !== undefined}
      onChange={(event) => void choose(event.target.value)}
    >
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  )
}
