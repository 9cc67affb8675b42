mod api {
    pub mod messages {
        use lunora_client::reference;

        reference! {
            /// All of a channel.
            pub fn list(channel: String = "channel") -> Vec<String> { Query "messages" "list" }
        }
    }
}

async fn client(client: &lunora_client::Client) {
    let _ = client.query(api::messages::list(5)).await;
}

fn main() {}
