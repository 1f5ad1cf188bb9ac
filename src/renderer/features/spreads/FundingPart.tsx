import type { SpreadDetail, SpreadLeg } from '../../../shared/spreads.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { formatCountdown } from '../../format/time.ts'
import { DetailPart } from './DetailPart.tsx'

/** Digits of a funding rate, percent: exchanges tell a hundredth of a basis point. */
const rateDecimals = 4
const carryDecimals = 1

/** Funding of the perpetual legs, and what holding the pair pays in a year. Nothing where no leg is a perpetual. */
export function FundingPart({ detail }: { readonly detail: SpreadDetail }) {
  const legs = [detail.buy, detail.sell].filter(({ instrument }) => instrument.kind === 'perpetual')
  if (legs.length === 0) return null
  const { fundingPercent, carryPercent, basisCarryPercent, kind } = detail
  return (
    <DetailPart title="Funding">
      {legs.map((leg) => (
        <FundingLine key={leg.instrument.key} leg={leg} side={leg === detail.buy ? 'long' : 'short'} at={detail.at} />
      ))}
      <p>
        Until the next settlement{' '}
        {fundingPercent === null ? (
          <span className="text-warn">not known; net is without it</span>
        ) : (
          <span className="text-strong">{formatSignedPercent(fundingPercent, rateDecimals)}</span>
        )}
      </p>
      {kind === 'basis' && (
        <p title="Funding: a year at today’s rate. Price basis: a year if it stood and were paid every funding interval. Neither is compounded.">
          Carry a year: <span className="text-strong">{formatSignedPercent(carryPercent, carryDecimals)}</span> from
          funding, {formatSignedPercent(basisCarryPercent, carryDecimals)} from the price basis
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
  const title = `${exchangeTitle(leg.instrument.exchange)}, ${side}`
  if (leg.funding === null) return <p className="text-warn">{title}: not known yet</p>
  const { rate, nextFundingAt, intervalHours, isCounted } = leg.funding
  const received = side === 'short' ? rate : -rate
  return (
    <p>
      <span className="text-muted">{title}</span> {formatSignedPercent(received * 100, rateDecimals)}{' '}
      <span className="text-muted">
        {nextFundingAt === null ? 'due time not told' : `in ${formatCountdown(nextFundingAt - at)}`}
        {intervalHours !== null && `, every ${intervalHours} h`}
        {!isCounted && ', not part of net: settles later, or another rate is missing'}
      </span>
    </p>
  )
}
