/** Which properties of database clusters, instances and groups are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::RDS::DBCluster': {
    serves: [
      'DBClusterIdentifier',
      'Engine',
      'EngineVersion',
      'Port',
      'DatabaseName',
      'DBSubnetGroupName',
      'DeletionProtection',
      'MasterUsername',
      'MasterUserPassword',
      'VpcSecurityGroupIds',
      'GlobalClusterIdentifier',
      'DBClusterParameterGroupName',
    ],
    keeps: {
      SourceRegion: 'the global cluster says where the writer is',
      StorageEncrypted: 'data is not encrypted',
      KmsKeyId: 'data is not encrypted',
      ServerlessV2ScalingConfiguration: 'a server never pauses and has no size',
      DBInstanceParameterGroupName: 'no major upgrade is made, the only time when AWS uses it',
      BackupRetentionPeriod: 'no backup is taken',
      PreferredBackupWindow: 'no backup is taken',
      CopyTagsToSnapshot: 'no backup is taken',
      DeleteAutomatedBackups: 'no backup is taken',
      PreferredMaintenanceWindow: 'servers are not upgraded',
      AutoMinorVersionUpgrade: 'servers are not upgraded',
      EngineLifecycleSupport: 'servers are not upgraded',
      MonitoringInterval: 'only the metrics of CloudWatch are published',
      MonitoringRoleArn: 'only the metrics of CloudWatch are published',
      PerformanceInsightsEnabled: 'only the metrics of CloudWatch are published',
      PerformanceInsightsKmsKeyId: 'only the metrics of CloudWatch are published',
      PerformanceInsightsRetentionPeriod: 'only the metrics of CloudWatch are published',
      DatabaseInsightsMode: 'only the metrics of CloudWatch are published',
      EnableCloudwatchLogsExports: 'servers’ logs stay in their folders',
      AssociatedRoles: 'servers reach no other service',
      AvailabilityZones: 'instances are spread over the zones of the subnet group',
      PubliclyAccessible: 'nothing is public',
      StorageType: 'the disk is the machine’s',
      AllocatedStorage: 'the disk is the machine’s',
      Iops: 'the disk is the machine’s',
    },
    refuses: {
      EnableIAMDatabaseAuthentication: { remedy: 'tokens of IAM open no connection here: use a password' },
      EnableGlobalWriteForwarding: {
        remedy: 'a reader forwards no writes here: write at the writer’s endpoint',
      },
      EnableLocalWriteForwarding: {
        remedy: 'a reader forwards no writes here: write at the writer’s endpoint',
      },
      EnableHttpEndpoint: { remedy: 'there is no Data API here: connect by MySQL' },
      BacktrackWindow: { remedy: 'nothing can be wound back here: leave it out', unless: [0] },
      NetworkType: { remedy: 'networks have IPv4 alone here: use IPV4', unless: ['IPV4'] },
      EngineMode: { remedy: 'only provisioned clusters run here: use provisioned', unless: ['provisioned'] },
      ScalingConfiguration: {
        remedy: 'Serverless v1 does not run here: use ServerlessV2ScalingConfiguration',
      },
      ManageMasterUserPassword: {
        remedy: 'RDS keeps no secrets here: use MasterUsername and MasterUserPassword',
      },
      MasterUserSecret: { remedy: 'RDS keeps no secrets here: use MasterUsername and MasterUserPassword' },
      MasterUserAuthenticationType: { remedy: 'use a password', unless: ['password'] },
      Domain: { remedy: 'there is no Active Directory here: leave it out' },
      DomainIAMRoleName: { remedy: 'there is no Active Directory here: leave it out' },
      SnapshotIdentifier: { remedy: 'a cluster begins empty here: create it without, and load the data' },
      RestoreType: { remedy: 'a cluster begins empty here: create it without, and load the data' },
      RestoreToTime: { remedy: 'a cluster begins empty here: create it without, and load the data' },
      UseLatestRestorableTime: {
        remedy: 'a cluster begins empty here: create it without, and load the data',
      },
      SourceDBClusterIdentifier: {
        remedy: 'a cluster begins empty here: create it without, and load the data',
      },
      SourceDbClusterResourceId: {
        remedy: 'a cluster begins empty here: create it without, and load the data',
      },
      ReplicationSourceIdentifier: {
        remedy: 'a cluster begins empty here: create it without, and load the data',
      },
      DBClusterInstanceClass: { remedy: 'only Aurora clusters run here: leave it out' },
      ClusterScalabilityType: { remedy: 'only Aurora clusters run here: leave it out' },
      DBSystemId: { remedy: 'only Aurora clusters run here: leave it out' },
    },
  },
  'AWS::RDS::DBInstance': {
    serves: [
      'DBInstanceIdentifier',
      'DBClusterIdentifier',
      'Engine',
      'AvailabilityZone',
      'PromotionTier',
      'DBParameterGroupName',
    ],
    keeps: {
      DBInstanceClass: 'it gives max_connections its default; a server has no size',
      DBSubnetGroupName: 'the cluster’s hold',
      EngineVersion: 'the cluster’s hold',
      StorageEncrypted: 'the cluster’s hold',
      KmsKeyId: 'the cluster’s hold',
      StorageType: 'the cluster’s hold',
      AutoMinorVersionUpgrade: 'servers are not upgraded; changes are applied at once',
      AllowMajorVersionUpgrade: 'servers are not upgraded; changes are applied at once',
      PreferredMaintenanceWindow: 'servers are not upgraded; changes are applied at once',
      EngineLifecycleSupport: 'servers are not upgraded; changes are applied at once',
      ApplyImmediately: 'servers are not upgraded; changes are applied at once',
      MonitoringInterval: 'only the metrics of CloudWatch are published',
      MonitoringRoleArn: 'only the metrics of CloudWatch are published',
      EnablePerformanceInsights: 'only the metrics of CloudWatch are published',
      PerformanceInsightsKMSKeyId: 'only the metrics of CloudWatch are published',
      PerformanceInsightsRetentionPeriod: 'only the metrics of CloudWatch are published',
      DatabaseInsightsMode: 'only the metrics of CloudWatch are published',
      CopyTagsToSnapshot: 'no backup is taken',
      DeleteAutomatedBackups: 'no backup is taken',
      BackupRetentionPeriod: 'no backup is taken',
      PreferredBackupWindow: 'no backup is taken',
      EnableCloudwatchLogsExports: 'servers’ logs stay in their folders',
      PubliclyAccessible: 'nothing is public',
      CACertificateIdentifier: 'connections are not encrypted',
      CertificateRotationRestart: 'connections are not encrypted',
      DeletionProtection: 'the cluster’s holds',
    },
    refuses: {
      SourceDBInstanceIdentifier: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      SourceDBClusterIdentifier: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      DBSnapshotIdentifier: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      DBClusterSnapshotIdentifier: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      RestoreTime: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      UseLatestRestorableTime: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      MultiAZ: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      MasterUsername: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      MasterUserPassword: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      ManageMasterUserPassword: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      DBName: { remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out' },
      AllocatedStorage: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
      OptionGroupName: {
        remedy: 'only members of an Aurora cluster run here: say it at the cluster or leave it out',
      },
    },
  },
  'AWS::RDS::DBClusterParameterGroup': {
    serves: ['DBClusterParameterGroupName', 'Description', 'Parameters'],
    keeps: { Family: 'MariaDB 10.11 runs' },
  },
  'AWS::RDS::DBParameterGroup': {
    serves: ['DBParameterGroupName', 'Description', 'Parameters'],
    keeps: { Family: 'MariaDB 10.11 runs' },
  },
  'AWS::RDS::DBSubnetGroup': {
    serves: ['DBSubnetGroupName', 'DBSubnetGroupDescription', 'SubnetIds'],
  },
  'AWS::RDS::GlobalCluster': {
    serves: [
      'GlobalClusterIdentifier',
      'Engine',
      'EngineVersion',
      'SourceDBClusterIdentifier',
      'DeletionProtection',
    ],
    keeps: {
      StorageEncrypted: 'data is not encrypted',
      EngineLifecycleSupport: 'servers are not upgraded',
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
