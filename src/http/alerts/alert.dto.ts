import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID, ValidateBy, type ValidationArguments } from 'class-validator';
import * as rules from '../../domain/alert.ts';

/** A rule of the domain, checked with the types, so that all bad fields are named at once. */
function Holds(fault: (value: unknown, alert: { metric?: unknown }) => rules.Fault): PropertyDecorator {
  const of = (given?: ValidationArguments): rules.Fault => fault(given?.value, given?.object ?? {});
  return ValidateBy({
    name: 'holds',
    validator: {
      validate: (_: unknown, given?: ValidationArguments) => of(given) === undefined,
      defaultMessage: (given?: ValidationArguments) => of(given) ?? '',
    },
  });
}

/** Body of `POST /api/alerts`. */
export class CreateAlertDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'must be the id of a site' })
  site_id!: string;

  @ApiProperty({ enum: rules.ALERT_METRICS })
  @Holds(rules.metricFault)
  metric!: rules.AlertMetric;

  @ApiProperty({ enum: rules.ALERT_OPERATORS, description: 'Holds below (`lt`) or above (`gt`) the threshold.' })
  @Holds(rules.operatorFault)
  operator!: rules.AlertOperator;

  @ApiProperty({ minimum: 0, description: 'Of `bounce_rate` from 0 to 1.' })
  @Holds((value, { metric }) => rules.thresholdFault(value, metric))
  threshold!: number;

  @ApiProperty({ maxLength: 254, example: 'you@example.com', description: 'One plain address.' })
  @Holds(rules.emailFault)
  email!: string;

  @ApiPropertyOptional({ enum: rules.ALERT_WINDOWS, nullable: true, default: '24h', type: String })
  @Holds(rules.windowFault)
  window?: '24h' | null;
}

export const DELIVERIES = ['ok', 'failing', 'no_smtp'] as const;

export class AlertDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  site_id!: string;

  @ApiProperty({ enum: rules.ALERT_METRICS })
  metric!: rules.AlertMetric;

  @ApiProperty({ enum: rules.ALERT_OPERATORS })
  operator!: rules.AlertOperator;

  @ApiProperty()
  threshold!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Null for who may not write (`sites:write`).' })
  email!: string | null;

  @ApiProperty({ enum: rules.ALERT_WINDOWS })
  window!: '24h';

  @ApiProperty({
    enum: ['ok', 'firing', 'unknown'],
    description: '`unknown` before the first check, and while the figures are more than 60 s behind.',
  })
  state!: rules.AlertState;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When figures last decided its state.' })
  last_checked_at!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When the mail server took the last mail.' })
  last_mailed_at!: string | null;

  @ApiProperty({
    enum: DELIVERIES,
    description: '`no_smtp`: no mail server is set (SMTP_URL), so nothing is sent; `failing`: the last mail did not go yet.',
  })
  delivery!: (typeof DELIVERIES)[number];
}

export class AlertsDto {
  @ApiProperty({ type: [AlertDto] })
  alerts!: AlertDto[];
}
