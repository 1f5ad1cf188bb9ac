import { Trans } from 'react-i18next'
import type { SpreadDetail, SpreadLeg } from '../../../shared/spreads.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { formatCountdown } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { DetailPart } from './DetailPart.tsx'

const t = textsOf('spreads')

/** Digits of a funding rate, percent: exchanges tell a hundredth of a basis point. */
const rateDecimals = 4
const carryDecimals = 1

/** Funding of the perpetual legs, and what holding the pair pays in a year. Nothing where no leg is a perpetual. */
export function FundingPart({ detail }: { readonly detail: SpreadDetail }) {
  const legs = [detail.buy, detail.sell].filter(({ instrument }) => instrument.kind === 'perpetual')
  if (legs.length === 0) return null
  const { fundingPercent, carryPercent, basisCarryPercent, kind } = detail
  return (
    <DetailPart title={t('funding.title')}>
      {legs.map((leg) => (
        <FundingLine key={leg.instrument.key} leg={leg} side={leg === detail.buy ? 'long' : 'short'} at={detail.at} />
      ))}
      <p>
        {fundingPercent === null ? (
          <Trans t={t} i18nKey="funding.nextUnknown" components={{ unknown: <span className="text-warn" /> }} />
        ) : (
          <Trans
            t={t}
            i18nKey="funding.next"
            components={{ rate: <span className="text-strong" /> }}
            values={{ rate: formatSignedPercent(fundingPercent, rateDecimals) }}
          />
        )}
      </p>
      {kind === 'basis' && (
        <p title={t('funding.carryHint')}>
          <Trans
            t={t}
            i18nKey="funding.carry"
            components={{ funding: <span className="text-strong" /> }}
            values={{
              funding: formatSignedPercent(carryPercent, carryDecimals),
              basis: formatSignedPercent(basisCarryPercent, carryDecimals),
            }}
          />
        </p>
      )}
    </DetailPart>
  )
}

function FundingLine({
  leg,
  side,
  at,
}: {
  readonly leg: SpreadLeg
  readonly side: 'long' | 'short'
  readonly at: number
}) {
  const title = t(`funding.${side}`, { exchange: exchangeTitle(leg.instrument.exchange) })
  if (leg.funding === null) return <p className="text-warn">{t('funding.unknown', { leg: title })}</p>
  const { rate, nextFundingAt, intervalHours, isCounted } = leg.funding
  const due = [
    nextFundingAt === null ? t('funding.dueUnknown') : t('funding.due', { time: formatCountdown(nextFundingAt - at) }),
    ...(intervalHours === null ? [] : [t('funding.every', { hours: intervalHours })]),
    ...(isCounted ? [] : [t('funding.apart')]),
  ]
  const received = side === 'short' ? rate : -rate
  return (
    <p>
      <span className="text-muted">{title}</span> {formatSignedPercent(received * 100, rateDecimals)}{' '}
      <span className="text-muted">{due.join(', ')}</span>
    </p>
  )
}
