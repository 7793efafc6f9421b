// The target group's health check, as the architecture's load balancer has it.

export const DEFAULT_TARGET_SETTINGS = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/health',
  intervalSeconds: 10,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: '200',
} as const;
