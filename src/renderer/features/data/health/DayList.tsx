import { gapCauses } from '../../../format/data-words.ts'
import { exchangeTitle, formatSymbol } from '../../../format/names.ts'
import { formatCount } from '../../../format/number.ts'
import { dayMiddle, formatWeekday } from '../../../format/time.ts'
import { textsOf } from '../../../i18n.ts'
import { Button } from '../../../ui/controls.tsx'
import { useStores } from '../../../ui/StoresContext.tsx'
import { heldShare, type Series, shareText } from './day.ts'

const t = textsOf('data')

/** The days of the chosen series that have holes, newest first, each with its causes. */
export function DayList({ series, unit }: { readonly series: Series | null; readonly unit: string }) {
  const { shell } = useStores()
  if (series === null) return <p className="px-3 pb-2 text-muted">{t('health.list.choose')}</p>
  const colon = series.instrument.indexOf(':')
  const name = `${exchangeTitle(series.instrument.slice(0, colon))} ${formatSymbol(series.instrument.slice(colon + 1))}`
  const holed = series.days.filter(({ missing }) => missing > 0).reverse()
  return (
    <section
      aria-label={t('health.list.label', { name })}
      data-testid="health-days"
      // It scrolls: the keys must get to it.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling part without controls of its own
      tabIndex={0}
      className="max-h-48 overflow-y-auto px-3 pb-2"
    >
      <header className="flex items-center gap-3 pb-1">
        <h3 className="font-semibold text-strong">{name}</h3>
        <span role="status" className="text-muted">
          {holed.length === 0 ? t('health.list.whole') : t('health.list.holed', { count: holed.length })}
        </span>
        <Button kind="quiet" className="ml-auto h-6!" onClick={() => shell.getState().openData('gaps')}>
          {t('health.list.gaps')}
        </Button>
      </header>
      {holed.length > 0 && (
        <table className="w-full">
          <thead className="text-left text-2xs text-muted">
            <tr>
              <th scope="col" className="font-normal">
                {t('health.list.day')}
              </th>
              <th scope="col" className="w-28 text-right font-normal">
                {t('health.list.held')}
              </th>
              <th scope="col" className="w-28 text-right font-normal">
                {t('health.list.missing')}
              </th>
              <th scope="col" className="w-full pl-6 font-normal">
                {t('health.list.why')}
              </th>
            </tr>
          </thead>
          <tbody>
            {holed.map((day) => (
              <tr key={day.at} className="align-top">
                <td className="whitespace-nowrap">{formatWeekday(dayMiddle(day.at))}</td>
                <td className="pl-4 text-right whitespace-nowrap">{shareText(heldShare(day))}</td>
                <td className="pl-4 text-right whitespace-nowrap">
                  {formatCount(day.missing)} <span className="text-muted">{unit}</span>
                </td>
                <td className="pl-6 select-text">
                  {day.causes.map(({ cause, missing, detail }) => (
                    <span key={`${cause}${detail}`} className="mr-4" title={gapCauses[cause].hint}>
                      {gapCauses[cause].text} {formatCount(missing)}
                      {detail !== '' && <span className="text-muted"> {detail}</span>}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
