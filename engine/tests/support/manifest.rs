//! Manifests for tests: demo.yaml with other numbers, and Deployments of their own.

use std::path::PathBuf;
use std::time::Duration;

use super::{TestBox, demo_yaml};

const CONSUMER: &str = "app.kubernetes.io/name: consumer";

/// A changed demo.yaml in a file, which is removed when this is dropped.
pub struct Manifest(PathBuf, String);

impl Manifest {
    /// With consumers whose jobs take this time.
    pub fn of(job: Duration) -> Manifest {
        let text = std::fs::read_to_string(demo_yaml()).unwrap();
        let name = format!("demo-{}-{:08x}.yaml", std::process::id(), rand::random::<u32>());
        let mut manifest = Manifest(std::env::temp_dir().join(name), text);
        manifest.replace("--work-time=200ms", &format!("--work-time={}ms", job.as_millis()));
        manifest
    }

    pub fn replace(&mut self, from: &str, to: &str) {
        assert!(self.1.contains(from), "{from}");
        self.1 = self.1.replace(from, to);
    }

    /// The same with workers that have no time to end their job when they have to stop.
    pub fn without_grace(mut self) -> Manifest {
        let lease = "            - --lease=3s\n            - --shutdown-grace=";
        self.replace(&format!("{lease}4s"), &format!("{lease}400ms"));
        self
    }

    /// The same with a more urgent Deployment, which runs the consumer on the queue `orders`.
    pub fn with_urgent(mut self) -> Manifest {
        let documents: Vec<String> = self.1.split("---\n").map(str::to_owned).collect();
        let consumer = documents.iter().find(|it| it.contains(CONSUMER)).unwrap();
        let urgent = consumer
            .replace("name: consumer", "name: urgent")
            .replace("microscaling.com/queue: jobs", "microscaling.com/queue: orders")
            .replace("MICROSCALING_QUEUE, value: jobs", "MICROSCALING_QUEUE, value: orders");
        let later = "microscaling.com/priority: \"2\"";
        self.replace(later, "microscaling.com/priority: \"3\"");
        let less_urgent = consumer.replace("microscaling.com/priority: \"1\"", later);
        self.1 = self.1.replace(consumer, &less_urgent);
        self.1 += &format!("---\n{urgent}");
        self
    }

    pub async fn start(&self, args: &[&str]) -> TestBox {
        std::fs::write(&self.0, &self.1).unwrap();
        TestBox::start_manifest(&self.0, args).await
    }
}

impl Drop for Manifest {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A workload whose program needs no queue; only its containers are counted here.
pub fn deployment(name: &str, annotations: &str) -> String {
    format!(
        r#"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  annotations: {{microscaling.com/is-scalable: "true", {annotations}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers: [{{name: it, image: it, command: ["remainder"], args: ["--duty=0.1%"]}}]
---"#
    )
}
