/** Which properties of clusters, task definitions and services are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::ECS::Cluster': {
    serves: ['ClusterName', 'ClusterSettings'],
    keeps: {
      CapacityProviders: 'every task is a process of this machine',
      DefaultCapacityProviderStrategy: 'every task is a process of this machine',
      Configuration: 'no shell into a task, and no storage of its own',
    },
    refuses: {
      ServiceConnectDefaults: { remedy: 'Service Connect does not run here: use ServiceRegistries' },
    },
  },
  'AWS::ECS::TaskDefinition': {
    serves: [
      'Family',
      'Cpu',
      'Memory',
      'TaskRoleArn',
      'ExecutionRoleArn',
      'ContainerDefinitions.Name',
      'ContainerDefinitions.Image',
      'ContainerDefinitions.Essential',
      'ContainerDefinitions.Secrets',
      'ContainerDefinitions.Environment',
      'ContainerDefinitions.EntryPoint',
      'ContainerDefinitions.Command',
      'ContainerDefinitions.WorkingDirectory',
      'ContainerDefinitions.StopTimeout',
      'ContainerDefinitions.LogConfiguration',
      'ContainerDefinitions.PortMappings',
      'ContainerDefinitions.Cpu',
      'ContainerDefinitions.Memory',
    ],
    keeps: {
      RequiresCompatibilities: 'every task is a process of this machine',
      'RuntimePlatform.CpuArchitecture': 'the machine’s own',
      EphemeralStorage: 'the disk is the machine’s',
      'ContainerDefinitions.HealthCheck': 'not run: a task’s health is its targets’, or that it runs',
      'ContainerDefinitions.User': 'the program runs as whoever started the system',
      'ContainerDefinitions.MemoryReservation': 'memory is not limited',
      'ContainerDefinitions.ReadonlyRootFilesystem': 'the program writes where its user may',
      'ContainerDefinitions.Ulimits': 'the machine’s own limits hold',
      'ContainerDefinitions.LinuxParameters': 'the machine’s own settings hold',
      'ContainerDefinitions.SystemControls': 'the machine’s own settings hold',
      'ContainerDefinitions.DockerSecurityOptions': 'the machine’s own settings hold',
      'ContainerDefinitions.DockerLabels': 'kept with the definition',
      'ContainerDefinitions.Interactive': 'standard input is closed',
      'ContainerDefinitions.PseudoTerminal': 'standard input is closed',
      'ContainerDefinitions.StartTimeout': 'there is nothing to wait for in a task of one container',
      'ContainerDefinitions.DependsOn': 'one container runs',
      'ContainerDefinitions.RepositoryCredentials': 'images are assets of the app',
      'ContainerDefinitions.VersionConsistency': 'images are assets of the app',
      'ContainerDefinitions.Hostname': 'the task has the machine’s name',
    },
    refuses: {
      NetworkMode: { remedy: 'every task has an address of its own here: use awsvpc', unless: ['awsvpc'] },
      'RuntimePlatform.OperatingSystemFamily': {
        remedy: 'tasks are processes of this machine: use LINUX',
        unless: ['LINUX'],
      },
      Volumes: { remedy: 'a task has no volumes here: keep state in a database or a bucket' },
      IpcMode: { remedy: 'tasks share nothing here: leave it out' },
      PidMode: { remedy: 'tasks share nothing here: leave it out' },
      ProxyConfiguration: { remedy: 'there is no mesh here: leave it out' },
      InferenceAccelerators: { remedy: 'no devices are handed to tasks here: leave it out' },
      EnableFaultInjection: {
        remedy: 'tasks are lost and frozen by understudy lose and freeze: leave it out',
      },
      'ContainerDefinitions.MountPoints': {
        remedy: 'a task has no volumes here: keep state in a database or a bucket',
      },
      'ContainerDefinitions.VolumesFrom': {
        remedy: 'a task has no volumes here: keep state in a database or a bucket',
      },
      'ContainerDefinitions.EnvironmentFiles': {
        remedy: 'environment files are not read here: use Environment or Secrets',
      },
      'ContainerDefinitions.ResourceRequirements': {
        remedy: 'no devices are handed to tasks here: leave it out',
      },
      'ContainerDefinitions.FirelensConfiguration': {
        remedy: 'logs are not routed by containers here: use the awslogs driver',
      },
      'ContainerDefinitions.ExtraHosts': {
        remedy: 'names are the region’s resolver’s here: use Cloud Map or Route 53',
      },
      'ContainerDefinitions.DnsServers': {
        remedy: 'names are the region’s resolver’s here: use Cloud Map or Route 53',
      },
      'ContainerDefinitions.DnsSearchDomains': {
        remedy: 'names are the region’s resolver’s here: use Cloud Map or Route 53',
      },
      'ContainerDefinitions.Links': {
        remedy: 'names are the region’s resolver’s here: use Cloud Map or Route 53',
      },
      'ContainerDefinitions.Privileged': {
        remedy: 'a task has the rights of whoever started the system: leave it out',
      },
      'ContainerDefinitions.DisableNetworking': { remedy: 'every task has an address here: leave it out' },
      'ContainerDefinitions.CredentialSpecs': { remedy: 'there is no Active Directory here: leave it out' },
      'ContainerDefinitions.RestartPolicy.Enabled': {
        remedy: 'a task whose container ends is replaced here, not restarted: leave it out',
      },
    },
  },
  'AWS::ECS::Service': {
    serves: [
      'Cluster',
      'ServiceName',
      'DesiredCount',
      'TaskDefinition',
      'HealthCheckGracePeriodSeconds',
      'NetworkConfiguration',
      'ServiceRegistries',
      'ForceNewDeployment',
      'LoadBalancers.TargetGroupArn',
      'LoadBalancers.ContainerName',
      'LoadBalancers.ContainerPort',
      'DeploymentConfiguration.MaximumPercent',
      'DeploymentConfiguration.MinimumHealthyPercent',
      'DeploymentConfiguration.DeploymentCircuitBreaker',
    ],
    keeps: {
      LaunchType: 'every task is a process of this machine',
      PlatformVersion: 'every task is a process of this machine',
      CapacityProviderStrategy: 'every task is a process of this machine',
      EnableECSManagedTags: 'tasks have no tags',
      PropagateTags: 'tasks have no tags',
      EnableExecuteCommand: 'no shell into a task',
      Role: 'permissions are not enforced',
      AvailabilityZoneRebalancing: 'tasks are spread over zones when they start, and not moved',
    },
    refuses: {
      'ServiceConnectConfiguration.Enabled': {
        remedy: 'Service Connect does not run here: use ServiceRegistries',
      },
      VolumeConfigurations: { remedy: 'a task has no volumes here: keep state in a database or a bucket' },
      VpcLatticeConfigurations: { remedy: 'there is no VPC Lattice here: use LoadBalancers' },
      PlacementConstraints: { remedy: 'Fargate places tasks itself: leave it out' },
      PlacementStrategies: { remedy: 'Fargate places tasks itself: leave it out' },
      Monitoring: { remedy: 'metrics come each minute here: leave it out' },
      'DeploymentController.Type': {
        remedy: 'only rolling deployments by ECS run here: use ECS',
        unless: ['ECS'],
      },
      SchedulingStrategy: { remedy: 'Fargate has no daemons: use REPLICA', unless: ['REPLICA'] },
      'DeploymentConfiguration.Strategy': {
        remedy: 'only rolling deployments run here: use ROLLING',
        unless: ['ROLLING'],
      },
      'DeploymentConfiguration.Alarms.Enable': {
        remedy: 'no alarm stops a deployment here: use the circuit breaker',
      },
      'DeploymentConfiguration.LifecycleHooks': { remedy: 'only rolling deployments run here: leave it out' },
      'DeploymentConfiguration.BakeTimeInMinutes': {
        remedy: 'only rolling deployments run here: leave it out',
      },
      'DeploymentConfiguration.CanaryConfiguration': {
        remedy: 'only rolling deployments run here: leave it out',
      },
      'DeploymentConfiguration.LinearConfiguration': {
        remedy: 'only rolling deployments run here: leave it out',
      },
      'LoadBalancers.LoadBalancerName': {
        remedy: 'Classic Load Balancers do not run here: use TargetGroupArn',
      },
      'LoadBalancers.AdvancedConfiguration': { remedy: 'only rolling deployments run here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
