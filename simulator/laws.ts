// The decisions that a run rests on, by name: exactly the functions that the controller on AWS and the engine here
// run. They come in as one value so that a test may hand in a broken one and see it caught; everyone else hands in
// `realLaws`.

import { decide } from '@understudy/controller/decide';
import { decideIn, decideOut, intoBounds } from '@understudy/engine/application-autoscaling/target-tracking';
import {
  failsOver,
  mayFailOver,
  triesAgain,
  viewerStatus,
} from '@understudy/engine/cloudfront/origin-failover';
import { evaluate as evaluateAlarm } from '@understudy/engine/cloudwatch/alarm-evaluation';
import { reconcile as reconcileService } from '@understudy/engine/ecs/reconciliation';
import { afterCheck, evaluateTargetHealth } from '@understudy/engine/elbv2/target-health';
import {
  adoption,
  asksOn,
  becomesConnected,
  failoverRefusal,
  fenceAccepted,
  fenceHeard,
  fenceReleased,
  mayRollBack,
  operationHeard,
  overrulingEpoch,
  promotionRefusal,
  switchoverOutcome,
  switchoverRefusal,
  whyHeld,
} from '@understudy/engine/rds/global-rules';
import { afterEvent, surplusAfter } from '@understudy/engine/rds/membership';
import { chooseWriter, mostAdvanced } from '@understudy/engine/rds/promotion';
import { memberHealth } from '@understudy/engine/route53/alias';
import { observe as observeChecker } from '@understudy/engine/route53/checker';
import { choose as chooseRecords } from '@understudy/engine/route53/failover-choice';
import { evaluateMetric } from '@understudy/engine/route53/metric-evaluation';
import {
  calculatedVerdict,
  endpointVerdict,
  lastKnownAfter,
  metricVerdict,
} from '@understudy/engine/route53/verdict';
import { judge as judgeRegion, roleOf as regionRole } from '@understudy/storefront/role';

export const realLaws = {
  /** The controller's whole judgement. */
  decide,
  /** Route 53. */
  observeChecker,
  endpointVerdict,
  calculatedVerdict,
  metricVerdict,
  lastKnownAfter,
  evaluateMetric,
  memberHealth,
  chooseRecords,
  /** CloudFront. */
  triesAgain,
  viewerStatus,
  mayFailOver,
  failsOver,
  /** Load balancer, service, scaling. */
  afterCheck,
  evaluateTargetHealth,
  reconcileService,
  decideOut,
  decideIn,
  intoBounds,
  evaluateAlarm,
  /** The application's opinion of its region. */
  judgeRegion,
  regionRole,
  /** Aurora: in a region. */
  chooseWriter,
  mostAdvanced,
  /** Aurora: between regions. */
  afterEvent,
  surplusAfter,
  whyHeld,
  adoption,
  fenceAccepted,
  fenceHeard,
  fenceReleased,
  operationHeard,
  overrulingEpoch,
  becomesConnected,
  asksOn,
  promotionRefusal,
  failoverRefusal,
  switchoverRefusal,
  switchoverOutcome,
  mayRollBack,
} as const;

export type Laws = typeof realLaws;
